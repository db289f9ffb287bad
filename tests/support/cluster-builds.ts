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

  beforeAll(async () => {
    git = await startGitServer()
    address = await expose(Number(new URL(git.address).port))
    slipway = await open()
  })

  afterAll(async () => {
    await slipway?.close()
    await git?.close()
    data.remove()
  })

  return {
    git: () => git,
    slipway: () => slipway,
    /** What comes after a Slipway that was closed. */
    async reopen(): Promise<void> {
      slipway = await open()
    },
    /** A build of a new repository with the files. Its address is one that pods and this computer reach. */
    async orderOf(
      files: Record<string, string>,
      more: Partial<BuildOrder> = {},
      options: { allowsAnySha?: boolean } = {},
    ): Promise<{ order: BuildOrder; repository: GitRepository; name: string }> {
      const name = newId()
      const repository = await git.createRepository(name, files, options)
      const sha = await repository.git('rev-parse', 'HEAD')
      const source = { kind: 'git', address: `${address}/${name}.git` } as const
      return { order: toBuildOrder({ source, sha, ...more }), repository, name }
    },
  }
}

/** Whether the namespace of the build is there. */
export const isThere = async (build: Pick<BuildKey, 'buildId'>): Promise<boolean> =>
  (await kubectl('get', 'namespace', '--ignore-not-found', '-o=name', buildNamespace(build.buildId))) !== ''
