import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGitHubCli } from './gh-cli.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-gh-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** A gh that knows what its environment says, like the real one. */
function createCli() {
  const program = path.join(folder, 'gh')
  writeFileSync(
    program,
    '#!/bin/sh\necho "$GH_TOKEN$GITHUB_TOKEN$GH_ENTERPRISE_TOKEN$GITHUB_ENTERPRISE_TOKEN"\n',
  )
  chmodSync(program, 0o755)
  return createGitHubCli({ program })
}

test('a token of the environment is for github.com, and is given to no other host', async () => {
  for (const name of ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN', 'GITHUB_TOKEN'])
    vi.stubEnv(name, undefined)
  vi.stubEnv('GH_TOKEN', 'ghp_environment')
  vi.stubEnv('CODESPACES', 'true')
  const cli = createCli()
  expect(await cli.readToken('https://github.com')).toBe('ghp_environment')
  vi.stubEnv('GH_ENTERPRISE_TOKEN', 'ghp_enterprise')
  expect(await cli.whyMissing('https://git.example.com')).toBe('gh has no token for git.example.com')
})

test('what is no token is not sent anywhere', async () => {
  vi.stubEnv('GH_TOKEN', 'warning: gh is old')
  expect(await createCli().whyMissing('https://github.com')).toBe('what gh answers is no token')
})
