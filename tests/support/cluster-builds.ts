import { afterAll, beforeAll } from 'vitest'
import type { BuildKey, BuildOrder } from '../../electron/clusters/driver.ts'
import { buildNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { expose, kubectl } from './cluster.ts'
import { newId, openClusterDriver, type TestDriver, toBuildOrder } from './cluster-driver.ts'
import { type GitRepository, type GitServer, startGitServer } from './git-server.ts'
import { createDataFolder } from './platform.ts'

/** For the tests of a file: a git server that pods reach, and the driver that builds what is on it. */
export function setUpBuilds() {
  const data = createDataFolder()
  const ownerId = newId()
  let git: GitServer
  let address: string
  let slipway: TestDriver
  const open = () => openClusterDriver({ folder: data.path, ownerId })
  const failed: string[] = []

  beforeAll(async () => {
    git = await startGitServer()
    address = await expose(Number(new URL(git.address).port))
    slipway = await open()
  })

  afterAll(async () => {
    await Promise.all(failed.map(waitUntilGone))
    await slipway?.close()
    await git?.close()
    data.remove()
  })

  /** A build of a new repository with the files. Its address is one that pods and this computer reach. */
  const orderOf = async (
    files: Record<string, string>,
    more: Partial<BuildOrder> = {},
    options: { allowsAnySha?: boolean } = {},
  ): Promise<{ order: BuildOrder; repository: GitRepository; name: string }> => {
    const name = newId()
    const repository = await git.createRepository(name, files, options)
    const sha = await repository.git('rev-parse', 'HEAD')
    const source = { kind: 'git', address: `${address}/${name}.git` } as const
    return { order: toBuildOrder({ source, sha, ...more }), repository, name }
  }

  return {
    git: () => git,
    slipway: () => slipway,
    /** What comes after a Slipway that was closed. */
    async reopen(): Promise<void> {
      slipway = await open()
    },
    orderOf,

    /** What is said of a build that fails, without the lines that show it. After the tests, nothing of it is left. */
    async failureOf(
      files: Record<string, string>,
      more: Partial<BuildOrder> = {},
      { driver, untilBuild }: Pick<TestDriver, 'driver' | 'untilBuild'> = slipway,
    ) {
      const { order } = await orderOf(files, more)
      await driver.startBuild(order)
      const ended = await untilBuild(order)
      await driver.collect(order.deploymentId, [])
      failed.push(buildNamespace(order.buildId))
      if (ended.state !== 'failed') throw new Error(`it is ${ended.state}`)
      const { lines, ...failure } = ended.failure
      return { failure, lines: lines ?? [], steps: ended.steps.map(step => [step.name, step.status]) }
    },
  }
}

/** Whether the namespace of the build is there. */
export const isThere = async (build: Pick<BuildKey, 'buildId'>): Promise<boolean> =>
  (await kubectl('get', 'namespace', '--ignore-not-found', '-o=name', buildNamespace(build.buildId))) !== ''

const waitUntilGone = (namespace: string): Promise<string> =>
  kubectl('wait', '--for=delete', `namespace/${namespace}`, '--timeout=90s')

/** A repository that has only it. */
export const dockerfile = (...lines: string[]) => ({ Dockerfile: lines.join('\n') })
