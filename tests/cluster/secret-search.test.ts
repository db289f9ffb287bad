import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { buildNamespace, tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import {
  clusterProgram,
  clusterSettings,
  clusterTest,
  contextName,
  expose,
  kubeconfig,
  kubectl,
} from '../support/cluster.ts'
import {
  isReadyRun,
  openClusterDriver,
  type TestDriver,
  toBuildOrder,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { asker, createDataFolder, startPlatform, waitForDeployment } from '../support/platform.ts'

const plant = (word: string) => `${word}-${randomBytes(12).toString('hex')}`
/** One for each way in. */
const planted = { variable: plant('variable'), build: plant('build'), token: plant('token') }
const forms = Object.entries(planted).flatMap(([what, value]) => [
  { what, text: value },
  { what: `${what} in base64`, text: Buffer.from(value).toString('base64').replace(/=+$/, '') },
])
const app = {
  'package.json': JSON.stringify({
    private: true,
    scripts: { build: 'echo build: $BUILD_KEY $API_KEY', start: 'node server.js' },
  }),
  'server.js': `
    console.log('started with', process.env.API_KEY)
    require('node:http').createServer((_, response) => response.end('hello')).listen(process.env.PORT)
  `,
}
const variables = { BUILD_KEY: planted.build, API_KEY: planted.variable }

let git: GitServer
let address: string
beforeAll(async () => {
  git = await startGitServer()
  address = await expose(Number(new URL(git.address).port))
})
afterAll(() => git?.close())

/** Which of the planted values stand where. */
const findIn = (places: Readonly<Record<string, string>>): string[] =>
  Object.entries(places).flatMap(([place, text]) =>
    forms.flatMap(form => (text.includes(form.text) ? `${form.what} in ${place}` : [])),
  )

/** Every object that is no Secret, of every kind that can be listed: specs, annotations, events. */
async function readObjects(namespaces: readonly string[]): Promise<Record<string, string>> {
  const all = (await kubectl('api-resources', '--verbs=list', '--namespaced', '-o=name')).split('\n')
  const kinds = all.filter(kind => kind !== 'secrets' && !kind.includes('metrics.k8s.io')).join(',')
  const texts = await Promise.all(
    namespaces.map(async namespace => [
      `objects of ${namespace}`,
      await kubectl('get', kinds, '-n', namespace, '-o=json', '--ignore-not-found', '--show-managed-fields'),
    ]),
  )
  return Object.fromEntries(texts)
}

/** The arguments of every process of the node, those of containers too. */
const readArguments = (): string =>
  clusterProgram('exec', 'sh', '-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "; true')

const readLogs = async (namespace: string): Promise<string> => {
  const pods = (await kubectl('get', 'pods', '-n', namespace, '-o=name'))
    .split('\n')
    .filter(one => one !== '')
  const logs = pods.map(pod => kubectl('logs', '-n', namespace, pod, '--all-containers').catch(() => ''))
  return (await Promise.all(logs)).join('\n')
}

clusterTest(
  'a git token, a secret of a build and one of the app are in Secrets alone, while it is built and while it runs',
  async () => {
    const slipway: TestDriver = await openClusterDriver()
    try {
      const name = plant('repository')
      const repository = await git.createRepository(name, app)
      const login = { user: 'x-access-token', password: planted.token }
      git.requireLogin(name, login)
      const sha = await repository.git('rev-parse', 'HEAD')
      const secrets = Object.values(variables)
      const order = toBuildOrder({
        ...{ source: { kind: 'git', address: `${address}/${name}.git` }, sha, gitLogin: login },
        ...{ variables, secrets },
      })
      await slipway.driver.startBuild(order)
      const whileBuilding: string[] = []
      let looks = 0
      const built = await slipway.untilBuild(order, ({ state }) => {
        if (state === 'running') {
          looks++
          whileBuilding.push(...findIn({ 'the arguments of a process': readArguments() }))
        }
        return state === 'succeeded' || state === 'failed'
      })
      if (built.state !== 'succeeded') throw new Error(JSON.stringify(built, null, 1))
      expect(looks).toBeGreaterThan(0)
      expect(whileBuilding).toEqual([])
      expect(findIn(await readObjects([buildNamespace(order.buildId)]))).toEqual([])
      const log = await slipway.readBuildLog(order)
      expect(log.filter(line => line.includes('build: ***')).length).toBeGreaterThan(0)
      expect(findIn({ 'the log of the build': log.join('\n') })).toEqual([])

      const { deploymentId } = order
      const run = toReleaseOrder({
        ...{ deploymentId, artifact: built.artifact, plan: built.plan },
        variables: { API_KEY: planted.variable },
        secrets: [planted.variable],
      })
      await slipway.driver.applyRelease(run)
      await slipway.until(deploymentId, isReadyRun(run), 120_000)
      const found = findIn({
        ...(await readObjects([slipway.namespace])),
        'the arguments of a process': readArguments(),
      })
      expect(found).toEqual([])
      // What the app itself prints is in the cluster's log, and masked in ours.
      expect(findIn({ 'the log of the app': await readLogs(slipway.namespace) })).toEqual([
        'variable in the log of the app',
      ])
      const secret = await kubectl('get', 'secrets', '-n', slipway.namespace, '-o=json')
      expect(findIn({ 'its Secret': secret })).toEqual(['variable in base64 in its Secret'])
      await slipway.driver.remove(deploymentId, null)
      expect(findIn({ 'what is left': await kubectl('get', 'secrets', '-A', '-o=json') })).toEqual([])
    } finally {
      await slipway.dispose()
    }
  },
  400_000,
)

clusterTest(
  'they are neither in the database nor anywhere in the data folder, before and after',
  async () => {
    const data = createDataFolder()
    const platform: Platform = await startPlatform(data.path)
    try {
      await git.createRepository('search', app)
      const me = asker(platform)
      const owner = platform.users.add(plant('owner'), me)
      const { id: clusterId } = await platform.clusters.add({
        context: contextName,
        changes: { kubeconfig, ...(await clusterSettings()) },
      })
      const name = `search-${Date.now().toString(36)}`
      const { id } = await platform.intents.create(
        {
          ...{ source: { kind: 'git', address: `${address}/search.git` }, branch: '', name, clusterId },
          ...{ port: null, planEdits: {}, ownerId: owner.id },
          variables: [
            { name: 'API_KEY', scope: 'run', isSecret: true, value: planted.variable },
            { name: 'BUILD_KEY', scope: 'build', isSecret: true, value: planted.build },
          ],
        },
        me,
      )
      const live = await waitForDeployment(
        platform,
        id,
        one => one.status === 'live' || one.failure !== null,
        280_000,
      )
      expect(live.failure).toBeNull()
      await waitForLine(platform, id, 'started with ***')
      expect(findIn(readFolder(data.path))).toEqual([])
      expect(findIn(await readObjects([tenantNamespace(owner.id)]))).toEqual([])
      platform.intents.remove(id, name, me)
      await platform.idle()
      expect(await platform.residue(id)).toMatchObject({ processes: 0, checkouts: 0, rows: 0 })
      expect(findIn(readFolder(data.path))).toEqual([])
    } finally {
      await platform.dispose({ stopApps: false })
      data.remove()
    }
  },
  400_000,
)

/** Follows the app's log until the line is there. */
async function waitForLine(platform: Platform, id: string, text: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { lines } = await platform.logs.read({ kind: 'runtime', id }, { limit: 1000 })
      expect(lines.map(line => line.text)).toContain(text)
    },
    { timeout: 30_000, interval: 200 },
  )
}

/** Every file below the folder, by path. */
function readFolder(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(one => one.isFile())
  return Object.fromEntries(
    files.map(one => {
      const path = join(one.parentPath, one.name)
      return [path, readFileSync(path, 'latin1')]
    }),
  )
}
