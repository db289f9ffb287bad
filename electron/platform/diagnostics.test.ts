import { writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { createMemoryStore } from '../../tests/support/memory-store.ts'
import { createSecretVersions } from '../secrets/secret-versions.ts'
import { createDiagnostics } from './diagnostics.ts'

let data: TestDatabase
beforeEach(() => {
  data = createTestDatabase()
})
afterEach(() => data.close())

const create = (secrets: Parameters<typeof createDiagnostics>[0]['secrets']) =>
  createDiagnostics({
    ...{ dataFolder: data.folder, version: '0.1.0', reader: data.reader, secrets, now: () => 0 },
    connection: () => ({ state: 'connected', since: null, failure: null }),
  })

const log = (...lines: string[]) => writeFile(join(data.folder, 'slipway.log'), `${lines.join('\n')}\n`)

test('secrets that strayed into the own log are masked, and the home folder is not named', async () => {
  const { reader, writer } = data
  const secrets = createSecretVersions({ reader, writer, store: createMemoryStore() })
  await secrets.keep(new Map([['TOKEN', 's3cret of ana']]), () => {})
  await log('{"msg":"s3cret of ana"}', '{"msg":"https://ana:pass@host/x"}', `{"msg":"${homedir()}/app"}`)
  const text = await create(secrets)()
  expect(JSON.parse(text).log).toEqual(['{"msg":"***"}', '{"msg":"https://***@host/x"}', '{"msg":"~/app"}'])
  expect(text).not.toContain('s3cret')
})

test('only whole lines of the end of a long log come along', async () => {
  await log('x'.repeat(300_000), 'the last but one', 'the last')
  const text = await create({ readAll: async () => [] })()
  expect(JSON.parse(text).log).toEqual(['the last but one', 'the last'])
})

test('where secrets cannot be read, the log is left out', async () => {
  await log('something')
  const text = await create({ readAll: () => Promise.reject(new Error('the keychain is locked')) })()
  expect(JSON.parse(text).log).toBe('left out: the secret store cannot be read')
})
