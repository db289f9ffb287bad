import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAssetFinder } from './assets.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-assets-'))
  await mkdir(join(folder, 'renderer', 'assets'), { recursive: true })
  await mkdir(join(folder, 'renderer-old'))
  for (const name of [
    'secret.js',
    'renderer-old/secret.js',
    'renderer/index.html',
    'renderer/assets/main.js',
  ]) {
    await writeFile(join(folder, name), '')
  }
})
afterAll(() => rm(folder, { recursive: true }))

test('files of the page are found with their type', async () => {
  const find = createAssetFinder(join(folder, 'renderer'))
  expect(await find('/')).toEqual({
    path: join(folder, 'renderer', 'index.html'),
    type: 'text/html; charset=utf-8',
  })
  expect(await find('/assets/main.js')).toEqual({
    path: join(folder, 'renderer', 'assets', 'main.js'),
    type: 'text/javascript; charset=utf-8',
  })
})

test.each([
  '/assets',
  '/nothing.js',
  '/../secret.js',
  '/%2e%2e/secret.js',
  '/..%2f..%2fsecret.js',
  '/..%5csecret.js',
  '/../renderer-old/secret.js',
  '/assets/main.js%00.html',
  '/%E0%A4%A',
])('%s leads nowhere', async path => {
  expect(await createAssetFinder(join(folder, 'renderer'))(path)).toBeUndefined()
})
