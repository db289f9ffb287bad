import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { platformEnvironment, toDataFolder } from './environment.ts'

test('the data folder is where each operating system keeps the data of programs', () => {
  expect({
    linux: toDataFolder('linux', {}, '/home/ana'),
    linuxMoved: toDataFolder('linux', { XDG_DATA_HOME: '/data' }, '/home/ana'),
    relativeIsIgnored: toDataFolder('linux', { XDG_DATA_HOME: 'data' }, '/home/ana'),
    mac: toDataFolder('darwin', {}, '/Users/ana'),
    windows: toDataFolder('win32', { LOCALAPPDATA: '/local' }, '/ana'),
    chosen: toDataFolder('linux', { SLIPWAY_DATA: '/tmp/here', XDG_DATA_HOME: '/data' }, '/home/ana'),
  }).toEqual({
    linux: '/home/ana/.local/share/slipway',
    linuxMoved: '/data/slipway',
    relativeIsIgnored: '/home/ana/.local/share/slipway',
    mac: '/Users/ana/Library/Application Support/Slipway',
    windows: '/local/Slipway',
    chosen: '/tmp/here',
  })
})

test('from source, resources are those of the repository', () => {
  expect(existsSync(platformEnvironment().resourcesFolder)).toBe(true)
})
