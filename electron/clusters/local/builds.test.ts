import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Plan } from '../../../shared/domain/plan.ts'
import { writeApp } from '../../../tests/apps/apps.ts'
import { createTestDriver, newId, nodePlan } from '../../../tests/support/local-driver.ts'
import type { BuildObservation, BuildOrder } from '../driver.ts'

type Opened = Awaited<ReturnType<typeof createTestDriver>>

let folder: string
let repository: string
let sha: string
let opened: Opened
const deploymentId = newId()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-builds-'))
  repository = join(folder, 'repository')
  await writeApp(repository, 'honours-port')
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-C', repository, '-c', 'user.name=Ana', '-c', 'user.email=ana@example.org', ...args],
      {
        encoding: 'utf8',
      },
    ).trim()
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '--message=First app')
  sha = git('rev-parse', 'HEAD')
})

afterEach(async () => {
  await opened.driver.remove(deploymentId, null)
  expect(await opened.driver.count(deploymentId)).toEqual({ processes: 0, checkouts: 0 })
  await opened.dispose()
  await rm(folder, { recursive: true, force: true })
})

const command = (value: string) => ({ value, origin: 'test' })

async function open(plan: Partial<Plan>, now = Date.now) {
  opened = await createTestDriver(folder, { plan: { ...nodePlan, ...plan }, now })
}

async function start(change: Partial<BuildOrder> = {}): Promise<BuildOrder> {
  const order: BuildOrder = {
    buildId: newId(),
    deploymentId,
    source: { kind: 'git', address: `file://${repository}` },
    branch: 'main',
    sha,
    planEdits: {},
    port: null,
    timeLimitMs: 60_000,
    variables: {},
    secrets: [],
    ...change,
  }
  await opened.driver.startBuild(order)
  return order
}

async function until<S extends BuildObservation['state']>(order: BuildOrder, state: S) {
  return await vi.waitFor(
    async () => {
      const found = await opened.driver.observeBuild(order)
      if (found.state !== state) throw new Error(JSON.stringify(found))
      return found as Extract<BuildObservation, { state: S }>
    },
    { timeout: 20_000, interval: 30 },
  )
}

const readLog = (order: BuildOrder) => opened.logs.read({ kind: 'build', id: order.buildId }, { limit: 1000 })

async function untilPrinted(order: BuildOrder, text: string) {
  await vi.waitFor(async () => expect((await readLog(order)).lines.map(line => line.text)).toContain(text), {
    timeout: 10_000,
  })
}

describe('a build', () => {
  test('that succeeds tells its artifact, commit, plan and where each step begins in the closed log', async () => {
    await open({ install: command('echo installed'), build: command('echo CI is $CI; echo warned >&2') })
    const order = await start({ port: 4000 })
    const found = await until(order, 'succeeded')
    const artifact = `deployments/${deploymentId}/builds/${order.buildId}/checkout`
    const times = { startedAt: expect.any(Number), finishedAt: expect.any(Number) }
    expect(found).toEqual({
      state: 'succeeded',
      artifact,
      plan: {
        ...nodePlan,
        install: command('echo installed'),
        build: command('echo CI is $CI; echo warned >&2'),
        port: { value: 4000, origin: 'set by you' },
      },
      commit: { sha, subject: 'First app', author: expect.stringContaining('Ana'), at: expect.any(Number) },
      steps: ['fetch', 'plan', 'install', 'build'].map(name => ({
        name,
        status: 'succeeded',
        ...times,
        logSeq: expect.any(Number),
      })),
    })
    expect(existsSync(join(folder, 'local', artifact, 'server.js'))).toBe(true)

    const page = await readLog(order)
    expect(page.isClosed).toBe(true)
    const textAt = (name: string) =>
      page.lines.find(line => line.seq === found.steps.find(step => step.name === name)?.logSeq)?.text
    expect(['fetch', 'plan', 'install', 'build'].map(textAt)).toEqual([
      `Fetching ${sha.slice(0, 10)} of file://${repository}`,
      'Finding how to build and start it',
      '$ echo installed',
      '$ echo CI is $CI; echo warned >&2',
    ])
    expect(page.lines.map(line => line.text)).toEqual(
      expect.arrayContaining(['installed', 'CI is true', 'warned']),
    )

    await opened.driver.startBuild(order)
    expect((await readLog(order)).last).toBe(page.last)
  })

  test('whose command fails tells which, its code and its last lines', async () => {
    await open({ build: command('echo compiling; echo no such file >&2; exit 3') })
    const order = await start()
    const found = await until(order, 'failed')
    expect(found.failure).toEqual({
      code: 'build_failed',
      message: 'echo compiling; echo no such file >&2; exit 3 exited with code 3.',
      hint: expect.any(String),
      lines: expect.arrayContaining(['compiling', 'no such file']),
    })
    expect(found.steps.map(step => [step.name, step.status])).toEqual([
      ['fetch', 'succeeded'],
      ['plan', 'succeeded'],
      ['install', 'skipped'],
      ['build', 'failed'],
    ])
  })

  test.each([
    ['tool_missing', { install: command('no-such-tool install') }],
    ['plan_unsupported', { start: null }],
    ['build_failed', { kind: 'static', start: null, output: command('dist') }],
  ] as const)('that this computer cannot do fails as %s', async (code, plan) => {
    await open(plan)
    const found = await until(await start(), 'failed')
    expect(found.failure.code).toBe(code)
  })

  test('of a commit that is not there fails as its source says', async () => {
    await open({})
    const found = await until(await start({ sha: '0'.repeat(40) }), 'failed')
    expect(found.failure.code).toBe('source_commit_not_found')
    expect(found.steps.map(step => step.status)).toEqual(['failed'])
  })

  test('that takes too long is ended', async () => {
    await open({ build: command('sleep 1000') })
    const found = await until(await start({ timeLimitMs: 1500 }), 'failed')
    expect(found.failure.code).toBe('build_timed_out')
    expect((await opened.driver.count(deploymentId)).processes).toBe(0)
  })

  test.each([1, -1])('has all its time while the clock is moved by %i days at each look', async days => {
    let moves = 0
    await open({ build: command('echo done') }, () => Date.now() + days * 86_400_000 * moves++)
    await until(await start(), 'succeeded')
  })

  test('that is cancelled leaves nothing', async () => {
    await open({ build: command('echo begun; sleep 1000') })
    const order = await start()
    await untilPrinted(order, 'begun')
    await opened.driver.cancelBuild(order)
    expect(await opened.driver.observeBuild(order)).toEqual({ state: 'absent' })
    expect((await opened.driver.count(deploymentId)).processes).toBe(0)
    expect(existsSync(join(folder, 'local', 'deployments', deploymentId, 'builds', order.buildId))).toBe(
      false,
    )
    const page = await readLog(order)
    expect([page.isClosed, page.lines.at(-1)?.text]).toEqual([true, 'Cancelled'])
  })

  test('goes on while Slipway is away and is picked up again', async () => {
    const gate = join(folder, 'gate')
    await open({ build: command(`echo begun; until test -e ${gate}; do sleep 0.05; done; echo ended`) })
    const order = await start()
    await untilPrinted(order, 'begun')
    await opened.dispose()
    await open({})
    expect((await opened.driver.observeBuild(order)).state).toBe('running')
    execFileSync('touch', [gate])
    await until(order, 'succeeded')
    const texts = (await readLog(order)).lines.map(line => line.text)
    expect(texts.filter(text => text === 'begun' || text === 'ended')).toEqual(['begun', 'ended'])
  })

  test('whose fetch was interrupted is absent, and begins afresh', async () => {
    await open({})
    const order = await start()
    await opened.dispose()
    await open({})
    expect(await opened.driver.observeBuild(order)).toEqual({ state: 'absent' })
    await opened.driver.startBuild(order)
    await until(order, 'succeeded')
  })

  test('is collected when no release names its artifact', async () => {
    await open({})
    const [first, second] = [await start(), await start()]
    const kept = await until(second, 'succeeded')
    await until(first, 'succeeded')
    await opened.driver.collect(deploymentId, [kept.artifact])
    expect(await opened.driver.observeBuild(first)).toEqual({ state: 'absent' })
    expect(await opened.driver.observeBuild(second)).toEqual(kept)
    expect(await opened.driver.count(deploymentId)).toEqual({ processes: 0, checkouts: 1 })
  })
})
