import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
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

/** A guest book: `/write/<line>` adds a line, everything else shows all of them and the version. */
const app = (version: string) => ({
  Procfile: 'web: exec node server.js\n',
  'uploads/.gitkeep': '',
  'data/book.txt': 'from the repository\n',
  'server.js': `
    const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
    require('node:http').createServer((request, response) => {
      const [, verb, line] = request.url.split('/')
      if (verb === 'write') appendFileSync('data/book.txt', line + '\\n')
      if (verb === 'upload') writeFileSync('uploads/' + line, 'x'.repeat(1000))
      if (verb === 'loose') writeFileSync(line, 'x')
      response.end('${version}: ' + readFileSync('data/book.txt', 'utf8').trim().split('\\n').join(', '))
    }).listen(process.env.PORT)`,
})

const data = createDataFolder()
let git: GitServer
let repository: Awaited<ReturnType<GitServer['createRepository']>>
let platform: Platform
let id: string

beforeAll(async () => {
  git = await startGitServer()
  repository = await git.createRepository('book', app('one'))
  platform = await startPlatform(data.path)
  id = await create('book')
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

async function create(name: string): Promise<string> {
  const made = await platform.intents.create(
    { source: { kind: 'git', address: git.url('book') }, branch: '', name, port: null, planEdits: {} },
    asker(platform),
  )
  await untilRelease(made.id, 1)
  return made.id
}

const untilRelease = (of: string, number: number) =>
  waitForDeployment(platform, of, one => isLive(one) && one.serving?.number === number)
const get = async (path = '', name = 'book') => (await getThroughGateway(platform, name, `/${path}`)).body
const deployNext = async (
  of: string,
  number: number,
  files: Record<string, string> = app(String(number)),
) => {
  await repository.commit(files, `Release ${number}`)
  await platform.intents.deploy(of, asker(platform))
  return untilRelease(of, number)
}
const list = () => platform.keptFolders.list(id)
const folderOf = (of: string) => join(data.path, 'local', 'deployments', of)

test('what an app has written is found, with the folder to keep', async () => {
  expect(await platform.keptFolders.written(id)).toMatchObject({ folders: [], isComplete: true })
  await get('write/ana')
  await get('upload/a.jpg')
  await get('upload/b.jpg')
  await get('loose/sessions.sqlite')
  expect(await platform.keptFolders.written(id)).toEqual({
    place: expect.stringContaining(folderOf(id)),
    folders: [
      { path: 'uploads', files: 2, bytes: 2000, example: 'uploads/a.jpg', isShared: false, refusal: null },
      { path: 'data', files: 1, bytes: 24, example: 'data/book.txt', isShared: false, refusal: null },
      {
        path: '',
        files: 1,
        bytes: 1,
        example: 'sessions.sqlite',
        isShared: false,
        refusal: 'The top of the app cannot be kept: let it write into a folder, such as data',
      },
    ],
    isComplete: true,
  })
})

test('a folder is kept with what the running app wrote, and the app goes on in it', async () => {
  const before = await untilRelease(id, 1)
  await platform.keptFolders.keep(id, './data/', asker(platform))
  await platform.idle()
  expect(await list()).toEqual([
    { path: 'data', keptBy: 'person', place: join(folderOf(id), 'kept', 'data') },
  ])
  expect(await get('write/ben')).toBe('one: from the repository, ana, ben')
  const now = await untilRelease(id, 1)
  expect(now.health.instances).toEqual(before.health.instances)
  expect(readFileSync(join(folderOf(id), 'kept', 'data', 'book.txt'), 'utf8')).toContain('ben')
  const small = await platform.space.of(id)
  writeFileSync(join(folderOf(id), 'kept', 'data', 'large'), Buffer.alloc(1_000_000, 'x'))
  const after = await platform.space.of(id)
  expect(after.kept - small.kept).toBeGreaterThanOrEqual(1_000_000)
  expect(after).toMatchObject({ checkouts: small.checkouts, isComplete: true })
  const { folders } = await platform.keptFolders.written(id)
  expect(folders.map(({ path }) => path)).toEqual(['uploads', ''])
})

test('it outlives releases, rollbacks, restarts and Slipway, whatever the repository has there', async () => {
  await deployNext(id, 2, { ...app('two'), 'data/book.txt': 'rewritten in the repository\n' })
  expect(await get('write/cleo')).toBe('two: from the repository, ana, ben, cleo')

  const first = platform.reader.releasesOf(id).find(release => release.number === 1)
  await platform.intents.rollback(id, first?.id ?? '', asker(platform))
  await untilRelease(id, 3)
  expect(await get('write/dan')).toBe('one: from the repository, ana, ben, cleo, dan')

  const { health } = await untilRelease(id, 3)
  platform.intents.restart(id, asker(platform))
  await waitForDeployment(
    platform,
    id,
    one => isLive(one) && one.health.instances.join() !== health.instances.join(),
  )
  await platform.dispose({ stopApps: true })
  platform = await startPlatform(data.path)
  await untilRelease(id, 3)
  expect(await get()).toBe('one: from the repository, ana, ben, cleo, dan')
})

test('a folder that is not kept any more keeps its data until that is deleted', async () => {
  await platform.keptFolders.stop(id, 'data', { deletesData: false }, asker(platform))
  const place = join(folderOf(id), 'kept', 'data')
  expect(await list()).toEqual([{ path: 'data', keptBy: 'none', place }])
  await expect(
    platform.keptFolders.stop(id, 'data', { deletesData: true }, asker(platform)),
  ).rejects.toMatchObject({ failure: { code: 'conflict', hint: expect.stringContaining('Restart it') } })

  await deployNext(id, 4)
  expect(await get()).toBe('4: from the repository')
  await platform.keptFolders.stop(id, 'data', { deletesData: true }, asker(platform))
  expect(await list()).toEqual([])
  expect(existsSync(place)).toBe(false)
})

test('slipway.json names folders too, and what the release before wrote there is not lost', async () => {
  await get('write/eve')
  await deployNext(id, 5, { ...app('five'), 'slipway.json': JSON.stringify({ keep: ['data'] }) })
  expect(await get()).toBe('five: from the repository, eve')
  expect(await list()).toEqual([{ path: 'data', keptBy: 'plan', place: expect.any(String) }])
  await expect(
    platform.keptFolders.stop(id, 'data', { deletesData: false }, asker(platform)),
  ).rejects.toMatchObject({ failure: { message: expect.stringContaining('slipway.json') } })
})

test.each([
  ['server.js', 'conflict', 'server.js is a file'],
  ['../outside', 'invalid_input', 'no plain path'],
  ['node_modules', 'invalid_input', 'made anew'],
  ['data/inner', 'invalid_input', 'kept already'],
])('%s is refused', async (path, code, message) => {
  await expect(platform.keptFolders.keep(id, path, asker(platform))).rejects.toMatchObject({
    failure: { code, message: expect.stringContaining(message) },
  })
  expect((await list()).map(one => one.path)).toEqual(['data'])
})

test('removal sets the data aside and says where, unless it is asked to delete that too', async () => {
  platform.intents.remove(id, 'book', asker(platform))
  await platform.idle()
  const left = await platform.residue(id)
  expect(left).toMatchObject({ processes: 0, checkouts: 0, logs: 0, rows: 0 })
  expect(left?.keptData).toContain(join(data.path, 'local', 'set-aside', 'book-20'))
  expect(readFileSync(join(left?.keptData ?? '', 'data', 'book.txt'), 'utf8')).toContain('eve')

  const other = await create('other')
  expect(await get('', 'other')).toBe('five: from the repository')
  expect(lstatSync(join(folderOf(other), 'kept', 'data')).isDirectory()).toBe(true)
  platform.intents.remove(other, 'other', asker(platform), { deletesData: true })
  await platform.idle()
  expect(await platform.residue(other)).toEqual({
    ...{ processes: 0, checkouts: 0, logs: 0, rows: 0 },
    keptData: null,
  })
  expect(readdirSync(join(data.path, 'local', 'set-aside'))).toHaveLength(1)
})
