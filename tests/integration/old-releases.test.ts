import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

/** Answers with its version, what its build was given, and its secret. */
const app = (version: string) => ({
  'package.json': JSON.stringify({
    private: true,
    scripts: { build: 'node build.js', start: 'exec node server.js' },
  }),
  'build.js': `require('node:fs').writeFileSync('built.txt', process.env.TOKEN ?? 'nothing')`,
  'server.js': `
    const built = require('node:fs').readFileSync('built.txt', 'utf8')
    require('node:http')
      .createServer((request, response) => response.end(['${version}', built, process.env.TOKEN].join(' ')))
      .listen(process.env.PORT)`,
})

let git: GitServer
let repository: Awaited<ReturnType<GitServer['createRepository']>>
let platform: Platform
let id: string
const data = createDataFolder()

beforeAll(async () => {
  git = await startGitServer()
  repository = await git.createRepository('shop', app('one'))
  platform = await startPlatform(data.path)
  const made = await platform.intents.create(
    {
      source: { kind: 'git', address: git.url('shop') },
      branch: '',
      name: 'shop',
      port: null,
      planEdits: {},
      variables: [token('first-token')],
    },
    asker(platform),
  )
  id = made.id
  await untilRelease(1)
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

const token = (value: string) => ({ name: 'TOKEN', scope: 'both' as const, isSecret: true, value })
const untilRelease = async (number: number) => {
  const live = await waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === number)
  await platform.idle()
  return live
}
const answer = async () => (await getThroughGateway(platform, 'shop')).body
const release = (number: number) => platform.reader.releasesOf(id).find(one => one.number === number)
const rollback = (number: number) => platform.intents.rollback(id, release(number)?.id ?? '', asker(platform))
/** Numbers of the releases whose checkout is on the disk. */
const onDisk = () => {
  const there = readdirSync(join(data.path, 'local', 'deployments', id, 'builds'))
  return platform.reader
    .releasesOf(id)
    .filter(one => there.includes(one.buildId))
    .map(one => one.number)
}
const startAtOnce = () =>
  platform.reader
    .pastReleasesOf(id, platform.reader.artifactsOf(id))
    .filter(one => one.startsAtOnce)
    .map(one => one.number)

test('of five releases, the checkouts of the newest three are on the disk', async () => {
  await platform.intents.saveVariables(
    id,
    { set: [token('second-token')], remove: [] },
    { apply: false },
    asker(platform),
  )
  for (const number of [2, 3, 4, 5]) {
    await repository.commit(app(String(number)), `Release ${number}`)
    await platform.intents.deploy(id, asker(platform))
    await untilRelease(number)
  }
  expect(await answer()).toBe('5 second-token second-token')
  expect(onDisk()).toEqual([5, 4, 3])
  expect(startAtOnce()).toEqual([5, 4, 3])
})

test('a rollback to the first builds its commit again, with the secret of then', async () => {
  const { releaseId, buildId } = await rollback(1)
  expect(releaseId).toBeNull()
  const back = await untilRelease(6)
  expect(await answer()).toBe('one first-token first-token')
  expect(back.serving).toMatchObject({
    rollbackTo: 1,
    buildId,
    commit: { sha: release(1)?.commit.sha, subject: release(1)?.commit.subject },
  })
  expect(onDisk()).toEqual([6, 5, 4])
})

test('one that is on the disk starts at once, and what became old is deleted', async () => {
  const builds = platform.reader.buildIdsOf(id).length
  expect((await rollback(5)).buildId).toBeNull()
  await untilRelease(7)
  expect(await answer()).toBe('5 second-token second-token')
  expect(platform.reader.buildIdsOf(id)).toHaveLength(builds)
  // The fifth and the seventh are the same build.
  expect(onDisk()).toEqual([7, 6, 5])
})

test('a commit that is in the repository no more fails in plain words, and what serves goes on', async () => {
  await repository.git('checkout', '--orphan', 'fresh')
  await repository.git('commit', '--quiet', '--allow-empty', '--message', 'A new beginning')
  await repository.git('push', '--quiet', '--force', 'origin', 'fresh:main')
  await repository.git('--git-dir', repository.folder, 'gc', '--quiet', '--prune=now')
  await rollback(2)
  const failed = await waitForDeployment(platform, id, one => one.status === 'failed')
  expect(failed).toMatchObject({
    serving: { number: 7 },
    health: { ready: 1 },
    failure: { code: 'source_commit_not_found' },
  })
  expect(await answer()).toBe('5 second-token second-token')
  await platform.idle()
  expect(onDisk()).toEqual([7, 6, 5])
})
