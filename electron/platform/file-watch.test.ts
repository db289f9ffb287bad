import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFileWatch } from './file-watch.ts'

let folder: string
let changes: number
const watch = createFileWatch({ changed: () => changes++ })
const tells = () => vi.waitFor(() => expect(changes).toBeGreaterThan(0))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-test-'))
  changes = 0
})
afterEach(() => {
  watch.set([])
  rmSync(folder, { recursive: true, force: true })
})

test.each<[string, (file: string) => void]>([
  ['written', file => writeFileSync(file, 'new')],
  [
    'replaced',
    file => {
      writeFileSync(`${file}.new`, 'new')
      renameSync(`${file}.new`, file)
    },
  ],
  ['deleted', file => rmSync(file)],
])('a file that is %s is noticed', async (_, change) => {
  const file = join(folder, 'config')
  writeFileSync(file, 'old')
  watch.set([file])
  change(file)
  await tells()
})

test('one is noticed that comes with its folder', async () => {
  const file = join(folder, '.kube', 'config')
  watch.set([file])
  mkdirSync(join(folder, '.kube'))
  await tells()
})

test('behind a link, the file that it leads to counts', async () => {
  const target = join(folder, 'elsewhere')
  mkdirSync(target)
  writeFileSync(join(target, 'real'), 'old')
  symlinkSync(join(target, 'real'), join(folder, 'config'))
  watch.set([join(folder, 'config')])
  writeFileSync(join(target, 'real'), 'new')
  await tells()
})

test('other files of the folder, and files that are not asked for any more, are nothing', async () => {
  const file = join(folder, 'config')
  watch.set([join(folder, 'another')])
  watch.set([file])
  writeFileSync(join(folder, 'another'), 'new')
  writeFileSync(file, 'new')
  await tells()
  expect(changes).toBe(1)
})
