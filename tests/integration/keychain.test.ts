import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startKeychain, whyNoKeychain } from '../support/keychain.ts'

const missing = whyNoKeychain()
if (missing !== undefined) console.log(`The keychain suite is skipped: ${missing}.`)

describe.skipIf(missing !== undefined)('a real keychain', () => {
  let keychain: Awaited<ReturnType<typeof startKeychain>>
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-secrets-'))
    keychain = await startKeychain()
  })
  afterAll(async () => {
    await keychain?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Each call is a process of its own, as each start of Slipway is. */
  const run = async (place: object | null, ...steps: string[]) => {
    const host = join(import.meta.dirname, '..', 'support', 'keychain-host.ts')
    const args = [host, folder, JSON.stringify(place), ...steps]
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: keychain.env })
    return JSON.parse(stdout) as { place: object; got: (string | null)[] }
  }

  test('keeps secrets from one start to the next, apart for each data folder, and nothing in the folder', async () => {
    const { place, got } = await run(null, 'get a', 'set a one', 'set b two', 'get a')
    expect({ place, got }).toEqual({
      place: { kind: 'keychain', service: expect.stringMatching(/^Slipway /) },
      got: [null, 'one'],
    })
    const other = await run(null, 'set a another', 'get a')
    expect(other.got).toEqual(['another'])
    expect(await run(place, 'get a', 'get b', 'delete a', 'get a')).toEqual({
      place,
      got: ['one', 'two', null],
    })
    expect(readdirSync(folder)).toEqual([])
  })
})
