import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKeptFolders } from './kept-folders.ts'
import { createLocalFolders } from './local-folders.ts'

let folder: string
let folders: ReturnType<typeof createLocalFolders>
let kept: ReturnType<typeof createKeptFolders>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-kept-'))
  folders = createLocalFolders(folder)
  kept = createKeptFolders(folders)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const checkoutOf = (build: string) => folders.artifactFolder(folders.artifact('d1', build))
function write(base: string, files: Record<string, string>) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(base, path, '..'), { recursive: true })
    writeFileSync(join(base, path), content)
  }
}
const order = (build: string, paths: string[], root = '.') => ({
  ...{ deploymentId: 'd1', artifact: folders.artifact('d1', build), root, kept: paths },
})
const start = (build: string, ...paths: string[]) => kept.link(order(build, paths), { moves: false })
const keepRunning = (build: string, ...paths: string[]) => kept.link(order(build, paths), { moves: true })
const read = (build: string, path: string) => readFileSync(join(checkoutOf(build), path), 'utf8')
const dataOf = (path: string) => folders.keptFolder('d1', path)

describe('a start', () => {
  test('begins with a copy of what the repository has, and never takes it over again', async () => {
    write(checkoutOf('b1'), { 'data/seed': 'one' })
    write(checkoutOf('b2'), { 'data/seed': 'two' })
    await start('b1', 'data')
    write(checkoutOf('b1'), { 'data/written': 'by the app' })
    await start('b2', 'data')
    expect([read('b2', 'data/seed'), read('b2', 'data/written')]).toEqual(['one', 'by the app'])
  })

  test('links folders that are deep, in a folder of the plan, or not there yet', async () => {
    write(checkoutOf('b1'), { 'web/package.json': '{}' })
    await kept.link(order('b1', ['public/up loads', '50%2F'], 'web'), { moves: false })
    write(join(checkoutOf('b1'), 'web'), { 'public/up loads/a': 'a', '50%2F/b': 'b' })
    expect(readFileSync(join(dataOf('public/up loads'), 'a'), 'utf8')).toBe('a')
    expect(kept.list('d1').map(({ path }) => path)).toEqual(['50%2F', 'public/up loads'])
  })

  test('without the folder gives the checkout back what it had', async () => {
    write(checkoutOf('b1'), { 'data/seed': 'one' })
    await start('b1', 'data')
    write(checkoutOf('b1'), { 'data/written': 'by the app' })
    await start('b1')
    expect(readdirSync(join(checkoutOf('b1'), 'data'))).toEqual(['seed'])
    expect(readdirSync(dataOf('data'))).toEqual(['seed', 'written'])
    await start('b1', 'data')
    expect(readdirSync(join(checkoutOf('b1'), 'data'))).toEqual(['seed', 'written'])
  })

  test('goes on when the data folder was moved', async () => {
    write(checkoutOf('b1'), { 'data/seed': 'one' })
    await start('b1', 'data')
    expect(await kept.isLinked(order('b1', []), 'data')).toBe(true)
    const link = lstatSync(join(checkoutOf('b1'), 'data'))
    await start('b1', 'data')
    expect(lstatSync(join(checkoutOf('b1'), 'data')).ino).toBe(link.ino)
    expect(readdirSync(join(checkoutOf('b1'), '..'))).toEqual(['checkout', 'replaced'])
  })

  test.each([
    ['a file', 'data', () => write(checkoutOf('b1'), { data: 'a file' }), 'data is a file'],
    ['below a file', 'a/data', () => write(checkoutOf('b1'), { a: 'a file' }), 'but a file'],
    [
      'behind a link that leads out',
      'a/data',
      () => {
        mkdirSync(checkoutOf('b1'), { recursive: true })
        symlinkSync(folder, join(checkoutOf('b1'), 'a'))
      },
      'but a link',
    ],
  ])('refuses %s', async (_what, path, make, message) => {
    make()
    await expect(start('b1', path)).rejects.toThrow(message)
    expect(existsSync(dataOf(path))).toBe(false)
  })

  test('does not follow a link of the repository', async () => {
    write(folder, { 'elsewhere/secret': 'not ours' })
    mkdirSync(checkoutOf('b1'), { recursive: true })
    symlinkSync(join(folder, 'elsewhere'), join(checkoutOf('b1'), 'data'))
    await start('b1', 'data')
    write(checkoutOf('b1'), { 'data/written': 'by the app' })
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['secret'])
    expect(readdirSync(dataOf('data'))).toEqual(['written'])
  })
})

describe('a running app', () => {
  test('goes on in the same files, and gets a copy back when the folder is not kept any more', async () => {
    write(checkoutOf('b1'), { 'data/book': 'line' })
    const { ino } = lstatSync(join(checkoutOf('b1'), 'data/book'))
    await keepRunning('b1', 'data')
    expect(lstatSync(join(dataOf('data'), 'book')).ino).toBe(ino)
    await start('b1')
    expect(read('b1', 'data/book')).toBe('line')
    expect(readFileSync(join(dataOf('data'), 'book'), 'utf8')).toBe('line')
  })

  test('does not lose a folder that is not kept any more while it runs', async () => {
    await keepRunningEmpty('data', 'uploads')
    await keepRunning('b1', 'data')
    expect(await kept.isLinked(order('b1', []), 'uploads')).toBe(true)
  })

  const keepRunningEmpty = async (...paths: string[]) => {
    mkdirSync(checkoutOf('b1'), { recursive: true })
    await keepRunning('b1', ...paths)
  }
})

describe('after a kill', () => {
  test('between the move and the link, the link is made', async () => {
    write(dataOf('data'), { book: 'line' })
    mkdirSync(checkoutOf('b1'), { recursive: true })
    await keepRunning('b1', 'data')
    expect(read('b1', 'data/book')).toBe('line')
  })

  test('in the middle of the copy, it is begun again', async () => {
    write(join(folders.deployment('d1'), 'kept.draft'), { 'half of it': '' })
    write(checkoutOf('b1'), { 'data/seed': 'one' })
    await start('b1', 'data')
    expect(readdirSync(dataOf('data'))).toEqual(['seed'])
  })

  test('between the copy and moving aside what was copied, nothing is lost', async () => {
    write(dataOf('data'), { seed: 'one', written: 'by the app' })
    write(checkoutOf('b1'), { 'data/seed': 'one' })
    await start('b1', 'data')
    expect(read('b1', 'data/written')).toBe('by the app')
    await start('b1')
    expect(readdirSync(join(checkoutOf('b1'), 'data'))).toEqual(['seed'])
  })

  test('between taking the link away and putting back what was there, it is put back', async () => {
    write(dataOf('data'), { seed: 'one' })
    write(join(checkoutOf('b1'), '..', 'replaced', 'data'), { seed: 'one' })
    mkdirSync(checkoutOf('b1'), { recursive: true })
    await start('b1')
    expect(read('b1', 'data/seed')).toBe('one')
  })
})

test('data is set aside once, as a whole', async () => {
  write(dataOf('data'), { book: 'line' })
  const place = await kept.setAside('d1', 'blog-now')
  expect(readFileSync(join(place ?? '', 'data', 'book'), 'utf8')).toBe('line')
  expect(await kept.setAside('d1', 'blog-now')).toBe(place)
  expect(await kept.setAside('d2', 'other-now')).toBeNull()
})
