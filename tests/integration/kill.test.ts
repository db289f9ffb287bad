import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { effects } from '../../electron/pipeline/effects.ts'
import type { KillOptions } from '../support/kill-host.ts'
import { createDataFolder } from '../support/platform.ts'

const exec = promisify(execFile)
const host = join(import.meta.dirname, '..', 'support', 'kill-host.ts')

/** Which scenario reaches which effects. Together they are all effects there are. */
const plan = {
  releases: [
    'startBuild',
    'recordProgress',
    'finishBuild',
    'collectArtifacts',
    'startRun',
    'promote',
    'retireOthers',
    'setStatus',
  ],
  crashes: ['failRelease', 'restartCrashed', 'giveUp'],
  endings: ['cancelBuild', 'stopAll', 'removeFromCluster', 'removeLogs', 'removeRows'],
} as const satisfies Record<KillOptions['scenario'], readonly (typeof effects)[number][]>

const good = `
  const http = require('node:http')
  http.createServer((request, response) => {
    if (request.url === '/crash') process.exit(9)
    response.end('good')
  }).listen(process.env.PORT)`

/** Many times what a run takes; one that hangs is ended, and fails its test. */
const mostMs = 40_000

let repository: string

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'slipway-kill-'))
  const git = (...args: string[]) =>
    exec('git', ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.org', ...args], { cwd: repository })
  const commit = async (branch: string, files: Record<string, string>) => {
    await git('checkout', '-q', '-B', branch)
    for (const [name, text] of Object.entries(files)) await writeFile(join(repository, name), text)
    await git('add', '-A')
    await git('commit', '-q', '-m', branch)
  }
  await git('init', '-q')
  const files = { Procfile: 'web: exec node server.js\n', 'server.js': good }
  await commit('good', files)
  await commit('better', { 'server.js': good.replace("'good'", "'better'") })
  const built = (command: string) => ({
    Procfile: 'web: exec node server.js\n',
    'package.json': JSON.stringify({ name: 'app', private: true, scripts: { build: command } }),
    'server.js': good,
  })
  await commit('breaks', built('exit 3'))
  await commit('slow', built('exec sleep 600'))
  await git('checkout', '-q', 'good')
  await commit('exits', { 'server.js': "console.log('no database'); process.exit(1)" })
})

afterAll(() => rm(repository, { recursive: true, force: true }))

describe.each(Object.entries(plan))('%s', (scenario, reaches) => {
  let undisturbed: Report

  beforeAll(async () => {
    const data = createDataFolder()
    undisturbed = await finish({
      dataFolder: data.path,
      repository,
      scenario: scenario as KillOptions['scenario'],
    })
    data.remove()
  })

  test('reaches the effects it is for', () => {
    expect(undisturbed.reached).toEqual(
      expect.arrayContaining(reaches.flatMap(name => [`${name}:before`, `${name}:after`])),
    )
  })

  const points = reaches.flatMap(name => [`${name}:before`, `${name}:after`])
  test.concurrent.each(points)('killed at %s, it ends as if nothing had happened', async killAt => {
    const data = createDataFolder()
    const options = { dataFolder: data.path, repository, scenario: scenario as KillOptions['scenario'] }
    expect(await run({ ...options, killAt })).toEqual({ signal: 'SIGKILL' })
    const { outcome } = await finish(options)
    expect(outcome).toEqual(undisturbed.outcome)
    data.remove()
  })
})

test('every effect is killed at', () => {
  expect(Object.values(plan).flat().sort()).toEqual([...effects].sort())
})

interface Report {
  readonly reached: string[]
  readonly outcome: unknown
}

async function finish(options: KillOptions): Promise<Report> {
  const ended = await run(options)
  if (!('report' in ended)) throw new Error(`the host did not finish: ${JSON.stringify(ended)}`)
  return ended.report
}

async function run(
  options: KillOptions,
): Promise<
  { report: Report } | { signal: string; errors?: string } | { code: number | null; errors: string }
> {
  const child = spawn(process.execPath, [host, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: mostMs,
    killSignal: 'SIGABRT',
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', chunk => {
    output += String(chunk)
  })
  child.stderr.on('data', chunk => {
    errors += String(chunk)
  })
  const [code, signal] = await new Promise<[number | null, string | null]>(resolve =>
    child.once('close', (...ended) => resolve(ended)),
  )
  if (signal !== null) return { signal, ...(signal === 'SIGABRT' ? { errors } : {}) }
  return code === 0 ? { report: JSON.parse(output) as Report } : { code, errors }
}
