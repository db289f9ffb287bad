import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { toFailure } from '../../../shared/domain/failure.ts'
import type { Plan, Tool } from '../../../shared/domain/plan.ts'
import { writeApp } from '../../../tests/apps/apps.ts'
import { createTestDriver, newId, nodePlan } from '../../../tests/support/local-driver.ts'
import { type NpmRegistry, startNpmRegistry } from '../../../tests/support/npm-registry.ts'
import { toChildEnvironment } from './environment.ts'
import { listProcesses, readVariable } from './processes.ts'
import { toPackage } from './tool-packages.ts'
import { createTools, type Tools } from './tools.ts'

const nodePackage = toPackage({ name: 'node', range: '99' })?.name ?? ''
const realNode = process.execPath

let folder: string
let registry: NpmRegistry
let environment: NodeJS.ProcessEnv
let tools: Tools

/** A Node that says that it is another version. */
const publishNode = (version: string) =>
  registry.publish(
    { name: nodePackage, version, bin: { node: 'bin/node' } },
    {
      'bin/node': `#!/bin/sh\nif [ "$1" = --version ]; then echo v${version}; else NODE_IS=${version} exec "${realNode}" "$@"; fi\n`,
    },
  )

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-tools-'))
  registry = await startNpmRegistry()
  writeFileSync(join(folder, '.npmrc'), `registry=${registry.url}\nfetch-retries=0\nupdate-notifier=false\n`)
  environment = { ...toChildEnvironment(process.env), HOME: folder }
  tools = open()
})
afterEach(async () => {
  await tools.dispose()
  await registry.close()
  expect(listProcesses().filter(one => readVariable(one.pid, 'HOME') === folder)).toEqual([])
  await rm(folder, { recursive: true, force: true })
})

const open = () => createTools({ folder: join(folder, 'local', 'tools'), environment, graceMs: 1000 })
const fetched = () => {
  const place = join(folder, 'local', 'tools')
  return existsSync(place) ? readdirSync(place).sort() : []
}
const wants = (range: string, change: Partial<Tool> = {}): Plan => ({
  ...nodePlan,
  runtime: { value: `Node ${range}`, origin: '.nvmrc' },
  tools: [{ name: 'node', range, origin: '.nvmrc', isPinned: true, fetched: null, ...change }],
})
const prepare = (plan: Plan, change: { signal?: AbortSignal; lines?: string[]; holder?: object } = {}) =>
  tools.prepare(plan, {
    holder: change.holder ?? {},
    signal: change.signal ?? new AbortController().signal,
    print: line => change.lines?.push(line),
  })
const failureOf = (done: Promise<unknown>) => done.then(() => undefined, toFailure)

describe('a Node', () => {
  test('that this computer has is used', async () => {
    const plan = wants('>=1')
    expect(await prepare(plan)).toEqual(plan)
    expect([registry.asked, fetched()]).toEqual([[], []])
  })

  test('of another version is fetched, said in plan and log, and comes first on the path', async () => {
    await publishNode('98.7.1')
    await publishNode('99.1.0')
    const lines: string[] = []
    const plan = await prepare(wants('98'), { lines })
    expect([plan.runtime, plan.tools?.[0]?.fetched]).toEqual([
      { value: 'Node 98.7.1', origin: 'fetched; .nvmrc asks for 98' },
      '98.7.1',
    ])
    expect([lines[0], lines.at(-1)]).toEqual([
      'Fetching Node 98 with npm: .nvmrc asks for it',
      'Node 98.7.1, fetched; .nvmrc asks for 98',
    ])
    expect(fetched()).toEqual(['node-98.7.1'])
    const PATH = tools.toPath(plan, environment.PATH ?? '')
    const version = execFileSync('/bin/sh', ['-c', 'node --version'], { env: { PATH }, encoding: 'utf8' })
    expect(version.trim()).toBe('v98.7.1')
  })

  test('is fetched once for all who want it at the same time, and not again for those who come later', async () => {
    await publishNode('98.7.1')
    const all = await Promise.all([prepare(wants('98')), prepare(wants('98')), prepare(wants('98'))])
    const tarballs = () => registry.asked.filter(path => path.endsWith('.tgz'))
    expect(all.map(plan => plan.tools?.[0]?.fetched)).toEqual(['98.7.1', '98.7.1', '98.7.1'])
    expect(tarballs()).toHaveLength(1)
    const before = registry.asked.length
    tools = open()
    expect((await prepare(wants('>=98.2 <99'))).tools?.[0]?.fetched).toBe('98.7.1')
    expect(registry.asked).toHaveLength(before)
  })

  test('that npm does not have fails by name where it is pinned', async () => {
    await publishNode('98.7.1')
    expect(await failureOf(prepare(wants('97.1')))).toEqual({
      code: 'tool_missing',
      message: 'Node 97.1, which .nvmrc asks for, could not be fetched with npm. npm has no such version.',
      hint: 'Install Node 97.1 on this computer, or name another version in .nvmrc, then deploy again.',
    })
    expect(fetched()).toEqual([])
  })

  test('that is only said to work is not insisted on: this computer’s does, with a note', async () => {
    const plan = await prepare(wants('97', { origin: 'package.json engines.node', isPinned: false }))
    expect(plan.tools?.[0]?.fetched).toBe(null)
    expect(plan.runtime).toEqual({ value: 'Node 97', origin: '.nvmrc' })
    expect(plan.notes).toEqual([
      expect.stringMatching(
        /^Node 97 could not be fetched, so this is built and run with this computer's Node \d+/,
      ),
    ])
  })

  test('is not taken when its file is not the one that was published', async () => {
    await publishNode('98.7.1')
    registry.spoil(nodePackage)
    const failure = await failureOf(prepare(wants('98')))
    expect(failure).toMatchObject({
      code: 'tool_missing',
      hint: 'See whether npm reaches its registry (npm ping), or install Node 98 on this computer, then deploy again.',
    })
    expect(failure?.lines?.join()).toContain('EINTEGRITY')
    expect(fetched()).toEqual([])
  })

  test('that does not run here is not kept', async () => {
    await registry.publish(
      { name: nodePackage, version: '98.0.0', bin: { node: 'bin/node' } },
      { 'bin/node': '#!/bin/sh\necho "no such loader" >&2; exit 127\n' },
    )
    expect(await failureOf(prepare(wants('98')))).toMatchObject({
      code: 'tool_missing',
      message: expect.stringContaining('What npm has does not run here.'),
      lines: ['no such loader'],
    })
    expect(fetched()).toEqual([])
  })

  test('is fetched on for others when one of those who wait goes, and no more when the last one goes', async () => {
    await publishNode('98.7.1')
    registry.hold()
    const first = new AbortController()
    const second = new AbortController()
    const one = prepare(wants('98'), { signal: first.signal }).catch(String)
    const two = prepare(wants('98'), { signal: second.signal }).catch(String)
    await vi.waitFor(() => expect(registry.asked).toEqual([nodePackage]), { timeout: 20_000 })
    first.abort('first')
    expect(await one).toBe('first')
    expect(fetched()).toHaveLength(1)
    second.abort('second')
    expect(await two).toBe('second')
    expect(fetched()).toEqual([])
  })
})

test('half of a fetch that a kill left behind, and the npm that goes on with it, are gone after the next start', async () => {
  const npm = spawn('sleep', ['600'], {
    env: { ...environment, SLIPWAY_JOB: `tools ${join(folder, 'local', 'tools')}` },
    stdio: 'ignore',
  })
  const ended = once(npm, 'exit')
  mkdirSync(join(folder, 'local', 'tools', '.fetching-1-1', 'node_modules'), { recursive: true })
  mkdirSync(join(folder, 'local', 'tools', 'node-98.7.1'))
  await tools.adopt()
  expect(await ended).toEqual([null, 'SIGTERM'])
  expect(fetched()).toEqual(['node-98.7.1'])
})

test('what no plan names is deleted, but not what a build was just given', async () => {
  await publishNode('98.7.1')
  const holder = {}
  const plan = await prepare(wants('98'), { holder })
  tools.collect(() => [])
  expect(fetched()).toEqual(['node-98.7.1'])
  tools.release(holder)
  tools.collect(() => [plan])
  expect(fetched()).toEqual(['node-98.7.1'])
  tools.collect(() => [])
  expect(fetched()).toEqual([])
})

describe('before a build', () => {
  test('it is said what will be fetched', async () => {
    const { notes } = await tools.advise(wants('98'))
    expect(notes).toEqual([
      expect.stringMatching(
        /^Node 98 is fetched with npm at the first build, since \.nvmrc asks for it and this computer has Node \d+\.\d+\.\d+\.$/,
      ),
    ])
    expect((await tools.advise(wants('>=1'))).notes).toEqual([])
  })

  test('programs that are not on this computer are named', async () => {
    const step = (value: string) => ({ value, origin: 'test' })
    const plan = {
      ...nodePlan,
      install: step('peotry install'),
      build: step('cd web && make'),
      start: step('./bin/app'),
    }
    expect((await tools.advise(plan)).notes).toEqual([
      'peotry is not on this computer: install it, or change the command.',
    ])
  })
})

test('install, build and every run of a release have the Node that was fetched; it goes with the last build', async () => {
  await publishNode('98.7.1')
  const repository = join(folder, 'repository')
  await writeApp(repository, 'honours-port')
  const step = (value: string) => ({ value, origin: 'test' })
  const told = 'node -p "process.env.NODE_IS"'
  const { driver, logs, dispose } = await createTestDriver(folder, {
    environment,
    plan: { ...wants('98'), install: step(told), build: step(told), start: step('exec node server.js') },
  })
  const [deploymentId, buildId, releaseId] = [newId(), newId(), newId()]
  const source = { kind: 'folder', address: repository } as const
  await driver.startBuild({
    ...{ buildId, deploymentId, source, branch: '', sha: '', planEdits: {}, port: null },
    ...{ timeLimitMs: 60_000, variables: {}, secrets: [] },
  })
  const built = await vi.waitFor(
    async () => {
      const found = await driver.observeBuild({ buildId, deploymentId })
      if (found.state !== 'succeeded') throw new Error(JSON.stringify(found))
      return found
    },
    { timeout: 30_000 },
  )
  const { lines } = await logs.read({ kind: 'build', id: buildId }, { limit: 100 })
  expect(lines.filter(line => line.text === '98.7.1')).toHaveLength(2)

  // Somebody tidied up: the release is what it was all the same.
  await rm(join(folder, 'local', 'tools'), { recursive: true })
  const { artifact, plan } = built
  const rest = {
    port: null,
    variables: {},
    secrets: [],
    keptFolders: [],
    size: 'medium',
    instances: 1,
  } as const
  await driver.applyRelease({ deploymentId, releaseId, run: 1, artifact, plan, ...rest })
  await vi.waitFor(
    async () => expect(await driver.observe(deploymentId)).toMatchObject([{ state: 'ready' }]),
    { timeout: 20_000 },
  )
  const running = listProcesses().map(one => readVariable(one.pid, 'NODE_IS'))
  expect(running).toContain('98.7.1')

  await driver.remove(deploymentId, null)
  expect(fetched()).toEqual([])
  await dispose()
})
