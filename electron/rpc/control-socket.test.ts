import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectControl, createControlSocket, toControlPath } from './control-socket.ts'
import { sampleInfo, sampleRouter } from './sample-router.fixture.ts'

const log = { info: () => {}, error: () => {} }
let dataFolder: string

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'slipway-control-'))
})
afterEach(() => rm(dataFolder, { recursive: true }))

const create = (folder = dataFolder) =>
  createControlSocket({ router: sampleRouter(), dataFolder: folder, log })

async function infoFrom(folder: string) {
  const control = await connectControl(folder)
  const info = await control?.client.session.info()
  control?.close()
  await control?.closed
  return info
}

test('there is nobody to connect to while Slipway does not run', async () => {
  expect(await connectControl(dataFolder)).toBeUndefined()
})

test('the command line calls the running Slipway', async () => {
  const control = await create()
  expect(await infoFrom(dataFolder)).toEqual(sampleInfo)
  await control.dispose()
  expect(await connectControl(dataFolder)).toBeUndefined()
})

test('only the user can reach the socket', async () => {
  const control = await create()
  expect((await stat(toControlPath(dataFolder))).mode & 0o777).toBe(0o600)
  await control.dispose()
})

test('a second Slipway on the same data is refused, and the first goes on', async () => {
  const control = await create()
  await expect(create()).rejects.toMatchObject({ failure: { code: 'already_running' } })
  expect(await infoFrom(dataFolder)).toEqual(sampleInfo)
  await control.dispose()
})

test('a socket left by a killed Slipway is replaced', async () => {
  await writeFile(toControlPath(dataFolder), '')
  const control = await create()
  expect(await infoFrom(dataFolder)).toEqual(sampleInfo)
  await control.dispose()
})

test('a data folder with a long path uses a private folder for its socket', async () => {
  const deep = join(dataFolder, 'a'.repeat(120))
  await mkdir(deep)
  const control = await create(deep)
  const path = toControlPath(deep)
  expect(path.length).toBeLessThan(100)
  expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
  expect(await infoFrom(deep)).toEqual(sampleInfo)
  await control.dispose()
})

test('a client learns that Slipway has gone', async () => {
  const control = await create()
  const connection = await connectControl(dataFolder)
  await control.dispose()
  await expect(connection?.closed).resolves.toBeUndefined()
})
