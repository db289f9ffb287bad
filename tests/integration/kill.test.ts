import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { effects, effectsOfSeveral } from '../../electron/pipeline/effects.ts'
import type { KillOptions, KillReport } from '../support/kill-host.ts'
import { endProcessesBelow } from '../support/kill-outcome.ts'
import { appFiles, branches, type ScenarioName, scenarios } from '../support/kill-scenarios.ts'

const exec = promisify(execFile)
const host = join(import.meta.dirname, '..', 'support', 'kill-host.ts')
/** Many times what a run takes. One that hangs is ended, and fails its test. */
const mostMs = 60_000

let folder: string
let undisturbed: Record<ScenarioName, KillReport>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-kill-'))
  await createRepository(join(folder, 'repository'))
  const names = Object.keys(scenarios) as ScenarioName[]
  const reports = await inPairs(names, async name => [name, await finish(await prepare(name))] as const)
  undisturbed = Object.fromEntries(reports) as Record<ScenarioName, KillReport>
}, 300_000)
afterAll(async () => {
  endProcessesBelow(folder)
  await rm(folder, { recursive: true, force: true })
})

test('undisturbed, each scenario comes to what it tells, and leaves nothing running', () => {
  const told = Object.entries(undisturbed).map(([name, { outcome, left }]) => [
    name,
    outcome.rows.deployments?.map(row => `${row.name} ${row.status}`),
    outcome.rows.builds?.map(row => row.status),
    outcome.rows.releases?.map(row => row.status),
    outcome.processes,
    outcome.output,
    left,
  ])
  const runOf = (run: string) => [`node server.js of ${run}`, `supervisor of ${run}`]
  const started = (times: number) => Array(times).fill('started')
  const built = 'succeeded'
  expect(told).toEqual([
    [
      'release',
      ['app live'],
      [built, built],
      ['retired', 'live'],
      runOf('app/releases-2-2'),
      { app: started(2) },
      [],
    ],
    [
      'reuse',
      ['app live'],
      [built, built],
      ['retired', 'live'],
      runOf('app/releases-2-2'),
      { app: started(2) },
      [],
    ],
    [
      'keep',
      ['app live'],
      [built, built],
      ['retired', 'live'],
      runOf('app/releases-2-2'),
      { app: started(2) },
      [],
    ],
    [
      'failure',
      ['app live'],
      [built, 'failed', built],
      ['retired', 'failed', 'live'],
      runOf('app/releases-3-2'),
      { app: ['started', 'no database', 'started'] },
      [],
    ],
    ['crash', ['app failed'], [built], ['live'], [], { app: started(2) }, []],
    ['cancel', ['app idle'], ['cancelled'], [], [], { app: [] }, []],
    ['stop', ['app live'], [built], ['live'], runOf('app/releases-1-2'), { app: started(2) }, []],
    [
      'command',
      ['app live'],
      [built],
      ['live'],
      runOf('app/releases-1-1'),
      { app: ['migrated', 'started'] },
      [],
    ],
    ['interrupt', ['app stopped'], [built], ['releasing'], [], { app: [] }, []],
    ['remove', ['stays live'], [built], ['live'], runOf('stays/releases-1-1'), { stays: started(1) }, []],
  ])
})

describe.concurrent.each(effects.filter(one => !effectsOfSeveral.includes(one)))('killed at %s', effect => {
  test.each(['before', 'after'])('%s it, everything ends as if nothing had happened', async when => {
    const at = `${effect}:${when}`
    const [scenario, expected] =
      Object.entries(undisturbed).find(([, report]) => report.passed[at] !== undefined) ?? []
    if (!scenario || !expected) throw new Error(`no scenario passes ${at}`)
    const options = await prepare(scenario as ScenarioName)
    const killed = await run({ ...options, kill: { at, nth: 1 } })
    expect(killed.signal, killed.errors).toBe('SIGKILL')
    const { outcome, left } = await finish(options)
    expect(outcome).toEqual(expected.outcome)
    expect(left).toEqual([])
  })
})

async function prepare(scenario: ScenarioName): Promise<KillOptions> {
  const root = await mkdtemp(join(folder, `${scenario}-`))
  const options = { scenario, dataFolder: join(root, 'data'), home: join(root, 'home') }
  await mkdir(options.home)
  return { ...options, repository: join(folder, 'repository') }
}

async function finish(options: KillOptions): Promise<KillReport> {
  const { code, output, errors } = await run(options)
  if (code !== 0) throw new Error(`the host did not finish: ${errors}`)
  return JSON.parse(output) as KillReport
}

async function run(options: KillOptions) {
  const child = spawn(process.execPath, [host, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: options.home, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    timeout: mostMs,
    killSignal: 'SIGTERM',
  })
  const ended = new Promise<{ code: number | null; signal: string | null }>(resolve =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  const [output, errors, end] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { ...end, output, errors }
}

async function createRepository(repository: string): Promise<void> {
  await mkdir(repository)
  const git = (...args: string[]) =>
    exec('git', ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.org', ...args], { cwd: repository })
  const write = async (files: Record<string, string>) => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(repository, name), content)
  }
  await git('init', '-q', '-b', 'base')
  await write(appFiles)
  await git('add', '-A')
  await git('commit', '-q', '-m', 'base')
  for (const [branch, files] of Object.entries(branches)) {
    await git('checkout', '-q', '-b', branch, 'base')
    await write(files)
    await git('commit', '-q', '--allow-empty', '-a', '-m', branch)
  }
}

async function inPairs<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let next = 0; next < items.length; next += 2) {
    results.push(...(await Promise.all(items.slice(next, next + 2).map(work))))
  }
  return results
}
