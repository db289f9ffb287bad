import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { findDeploymentProcesses } from '../../electron/clusters/local/job-processes.ts'
import type { TotalSpace } from '../../shared/domain/space.ts'
import { createCommandLine } from '../support/command-line.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { createDataFolder, getThroughGateway } from '../support/platform.ts'

const app = (greeting: string, scripts: Record<string, string> = {}) => ({
  'package.json': JSON.stringify({
    private: true,
    scripts: { start: 'node server.js', build: 'echo built with care', ...scripts },
  }),
  'server.js': `
    console.log('greets with ${greeting}')
    const { PORT, GREETING = '${greeting}', API_TOKEN } = process.env
    const answer = [GREETING, API_TOKEN].filter(Boolean).join(' ')
    require('node:http').createServer((request, response) => response.end(answer)).listen(PORT)
  `,
})

let git: GitServer
let data: ReturnType<typeof createDataFolder>
let line: ReturnType<typeof createCommandLine>

beforeAll(async () => {
  git = await startGitServer()
})
afterAll(() => git.close())

beforeEach(() => {
  data = createDataFolder()
  line = createCommandLine(data.path)
})
afterEach(async () => {
  await line.endAll()
  data.remove()
})

/** A line that is nothing but a URL. */
const urlLine = /^http:\/\/([a-z-]+)\.localhost:(\d+)\/$/m

function get(url: RegExpExecArray | null) {
  return getThroughGateway({ gatewayPort: Number(url?.[2]) }, url?.[1] ?? '')
}

const json = <T = Record<string, unknown>>(text: string): T =>
  JSON.parse(text.trim().split('\n').at(-1) ?? '')
interface Listed {
  id: string
  name: string
  status: string
  health: { instances: string[]; port: number }
  serving: { number: number } | null
}
const list = async () => json<Listed[]>((await line.call('list', '--json')).stdout)

describe('alone', () => {
  test('deploy prints plan, build log and the URL on a line of its own; Ctrl-C stops the app', async () => {
    const { url } = await git.createRepository('alone', app('hello'))
    const deploy = line.begin('deploy', url)
    const found = await deploy.says(urlLine)
    expect(await get(found)).toEqual({ status: 200, body: 'hello' })
    await deploy.says(/^greets with hello$/m)
    const told = deploy.stdout().split('\n')
    const order = [
      'Plan     Node (npm)',
      'build    npm run build   (package.json scripts.build)',
      'built with care',
      found?.[0] ?? '',
      'Running until Ctrl-C. --keep lets the app go on without Slipway.',
      'greets with hello',
    ].map(text => told.indexOf(text))
    expect(order).not.toContain(-1)
    expect(order).toEqual(order.toSorted((a, b) => a - b))

    const [one] = await list()
    expect(one).toMatchObject({ name: 'alone', status: 'live', serving: { number: 1 } })
    deploy.interrupt()
    expect(await deploy.ended).toMatchObject({ status: 0, stderr: '' })
    expect(findDeploymentProcesses(one?.id ?? '')).toEqual([])
    expect((await line.call('list')).stdout).toContain('not running')
  })

  test('the same source is deployed to the same deployment, and --keep lets it go on', async () => {
    const { url, commit } = await git.createRepository(
      'kept',
      app('hello', { start: 'mkdir -p store && echo line > store/book && exec node server.js' }),
    )
    const first = await line.call('deploy', url, '--keep', '--json')
    expect({ status: first.status, stderr: first.stderr }).toEqual({ status: 0, stderr: '' })
    const result = json<{ id: string; url: string; port: number; buildId: string }>(first.stdout)
    expect(result).toEqual({
      id: expect.any(String),
      name: 'kept',
      url: `http://localhost:${result.port}/`,
      port: expect.any(Number),
      release: 1,
      buildId: expect.any(String),
    })
    expect(await (await fetch(result.url)).text()).toBe('hello')

    await commit(app('welcome'), 'Greet warmly')
    const second = await line.call('deploy', url)
    expect(second).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('store: 1 file, 1 kB. slipway keep kept store keeps it.'),
    })
    expect(await list()).toMatchObject([{ id: result.id, name: 'kept', serving: { number: 2 } }])

    expect(await line.call('keep', 'kept', 'uploads')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Kept from now on: uploads /),
    })
    expect(await line.call('keep', 'kept', '../uploads')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no plain path'),
    })
    const size = '\\d[\\d.]* [kMG]B'
    expect((await line.call('space')).stdout).toMatch(
      new RegExp(
        [
          `^NAME +CHECKOUTS +KEPT +LOGS\nkept +${size} +${size} +${size}\n\ncheckouts +${size}\n(?:.+\n)*`,
          `in all +${size}\nleft on the disk +${size}\n$`,
        ].join(''),
      ),
    )
    const space = json<TotalSpace>((await line.call('space', '--json')).stdout)
    expect(space).toMatchObject({ deployments: [{ name: 'kept' }], isComplete: true })
    for (const part of ['checkouts', 'logs', 'database', 'free'] as const)
      expect(space[part]).toBeGreaterThan(0)
    const { checkouts, kept, setAside, logs, tools, database, total } = space
    expect(total).toBe(checkouts + kept + setAside + logs + tools + database)

    const listed = json<{ path: string; place: string }[]>((await line.call('keep', 'kept', '--json')).stdout)
    expect(listed).toEqual([{ path: 'uploads', keptBy: 'person', place: expect.any(String) }])
    writeFileSync(join(listed[0]?.place ?? '', 'photo.jpg'), 'a photo')

    const removed = await line.call('remove', 'kept', '--yes', '--json')
    const { left, ...rest } = json<{ left: { keptData: string } }>(removed.stdout)
    expect({ status: removed.status, ...rest }).toEqual({ status: 0, id: result.id, name: 'kept' })
    expect(left).toEqual({ processes: 0, checkouts: 0, logs: 0, rows: 0, keptData: expect.any(String) })
    expect(readFileSync(join(left.keptData, 'uploads', 'photo.jpg'), 'utf8')).toBe('a photo')
    expect(findDeploymentProcesses(result.id)).toEqual([])
    expect(await list()).toEqual([])
  })

  test('a build that fails ends with 1 and the lines that show why', async () => {
    const build = 'echo no such module >&2; exit 3'
    const { url } = await git.createRepository('broken', app('never', { build }))
    const failed = await line.call('deploy', url)
    expect(failed.status).toBe(1)
    expect(failed.stdout).not.toMatch(urlLine)
    expect(failed.stderr).toContain('npm run build')
    expect(failed.stderr).toMatch(/^ {2}no such module$/m)

    const asJson = await line.call('deploy', url, '--json')
    expect(asJson).toMatchObject({ status: 1, stderr: '' })
    expect(json(asJson.stdout)).toEqual({
      failure: expect.objectContaining({
        code: 'build_failed',
        lines: expect.arrayContaining(['no such module']),
      }),
    })
  })

  test('an app that is given up ends deploy with 1', async () => {
    const { url } = await git.createRepository('exits', app('hello', { start: 'echo no token; exit 4' }))
    const failed = await line.call('deploy', url)
    expect(failed.status).toBe(1)
    expect(failed.stderr).toContain('exited with code 4 before it listened')
    expect(failed.stderr).toMatch(/^ {2}no token$/m)
  })

  test('plan prints JSON and nothing else', async () => {
    const { url } = await git.createRepository('planned', app('hello'))
    const { status, stdout, stderr } = await line.call('plan', url, '--port', '4000')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'planned',
      branch: 'main',
      plan: {
        kind: 'node',
        build: { value: 'npm run build', origin: 'package.json scripts.build' },
        port: { value: 4000, origin: 'set by you' },
      },
    })
    expect(await line.call('plan', url, '--write')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('clone the repository'),
    })
    const dockerfile = await line.call('plan', url, '--dockerfile')
    expect(dockerfile).toMatchObject({ status: 0, stderr: '' })
    expect(dockerfile.stdout).toMatch(
      /^FROM node:\S+ AS base\n.*\nUSER 1000:1000\nCMD .*exec node server\.js"\]\n$/s,
    )
    const missing = await line.call('plan', git.url('nowhere'))
    expect(missing).toMatchObject({ status: 1, stdout: '' })
    expect(missing.stderr).toContain('repository')
  })
})

test('the plan of a folder is kept there, and never over one that is there', async () => {
  const folder = join(data.path, 'app')
  mkdirSync(folder)
  writeFileSync(join(folder, 'Procfile'), 'web: node server.js --port 4000\n')
  expect(await line.call('plan', folder, '--write')).toMatchObject({ status: 0, stderr: '' })
  const written = readFileSync(join(folder, 'slipway.json'), 'utf8')
  expect(JSON.parse(written)).toEqual({ start: 'node server.js --port 4000', port: 4000 })
  expect(await line.call('plan', folder, '--write')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('slipway.json already'),
  })
  expect(readFileSync(join(folder, 'slipway.json'), 'utf8')).toBe(written)
})

test('the folder of the app is chosen with --root; a plan that needs it names the folders', async () => {
  const { url } = await git.createRepository('several', {
    'README.md': 'two apps',
    'apps/web/public/index.html': 'the web',
    'apps/api/Procfile': 'web: node server.js',
  })
  const refused = await line.call('plan', url)
  expect(refused).toMatchObject({ status: 1, stdout: '' })
  expect(refused.stderr).toContain('There are some below it: apps/api, apps/web.')
  expect(await line.call('plan', url, '--root', '../web')).toMatchObject({ status: 2 })

  const command = line.begin('deploy', url, '--root', 'apps/web')
  expect(await get(await command.says(urlLine))).toEqual({ status: 200, body: 'the web' })
  command.interrupt()
  expect((await command.ended).stdout).toContain('folder   apps/web')
})

describe('with Slipway running', () => {
  test('commands are its clients: Ctrl-C only detaches, and every command acts on the one that runs', async () => {
    const { url, commit } = await git.createRepository('shop', app('one', { build: 'sleep 2' }))
    const slipway = await line.openSlipway()
    const deploy = line.begin('deploy', url)
    await deploy.says(/sleep 2/)
    deploy.interrupt()
    expect(await deploy.ended).toMatchObject({
      status: 130,
      stdout: expect.stringMatching(/Detached\. The deploy goes on in Slipway\.\n$/),
    })

    await commit(app('two'), 'Another greeting')
    const second = await line.call('deploy', url)
    expect(second).toMatchObject({ status: 0, stderr: '' })
    const found = urlLine.exec(second.stdout)
    expect(await get(found)).toEqual({ status: 200, body: 'two' })
    const one = await vi.waitFor(
      async () => {
        const [listed] = await list()
        expect(listed).toMatchObject({ name: 'shop', status: 'live' })
        return listed
      },
      { timeout: 20_000 },
    )
    const id = one?.id ?? ''

    expect((await line.call('top')).stdout).toMatch(
      /^NAME +CPU +MEMORY +RESTARTS\nshop +[\d.]+% +[\d.]+ MB +0\n$/,
    )
    expect((await line.call('top', 'shop')).stdout).toMatch(
      /^INSTANCE +CPU +MEMORY\n\d+ +[\d.]+% +[\d.]+ MB\nin all +[\d.]+% +[\d.]+ MB\n$/,
    )
    const here = (await line.call('cluster', 'show', 'local')).stdout
    expect(here).toMatch(/^system +.+\nCPUs +\d+\nmemory +.+ free\ndisk +.+ free\n\n/)
    expect(here).toMatch(/^1 deployment with 1 instance\.\nNAME +READY +CPU +MEMORY\nshop +1 of 1 /m)
    const shape = { id, name: 'shop', url: found?.[0], port: expect.any(Number) }
    const back = await line.call('rollback', 'shop', '--json')
    expect(json(back.stdout)).toEqual({ ...shape, release: 3 })
    expect(await get(found)).toEqual({ status: 200, body: 'one' })
    expect(json((await line.call('restart', 'shop', '--json')).stdout)).toEqual({ ...shape, release: 3 })
    expect((await list())[0]?.health.instances).not.toEqual(one?.health.instances)

    const history = (await line.call('activity', 'shop', '--lines', '2')).stdout.split('\n')
    expect(history.map(line => line.split(/ {2,}/).slice(1, 4).join())).toEqual([
      expect.stringMatching(/,(?:released|rollback),shop$/),
      expect.stringMatching(/,restart,shop$/),
      '',
    ])
    expect((await line.call('activity', '--problems', '--by', 'nobody')).stdout).toBe(
      'Nothing of that has happened yet.\n',
    )
    const stopped = await line.call('stop', 'shop', '--json')
    expect(json(stopped.stdout)).toEqual({ id, name: 'shop', status: 'stopped' })
    expect((await get(found)).status).toBe(503)
    expect(await line.call('start', 'shop')).toMatchObject({ status: 0, stdout: `${found?.[0]}\n` })
    expect(await get(found)).toEqual({ status: 200, body: 'one' })

    await line.call('variables', 'shop', '--set', 'GREETING=moin', '--set', 'LEVEL=2')
    const secret = await line.callWith(
      's3cret of shop\n',
      'variables',
      'shop',
      '--secret',
      'API_TOKEN',
      '--apply',
      '--json',
    )
    expect(secret.stdout).not.toContain('s3cret')
    expect(json<{ variables: object[] }>(secret.stdout).variables).toMatchObject([
      { name: 'API_TOKEN', isSecret: true, value: null },
      { name: 'GREETING', isSecret: false, value: 'moin' },
      { name: 'LEVEL', isSecret: false, value: '2' },
    ])
    await expect.poll(async () => (await get(found)).body, { timeout: 20_000 }).toBe('moin s3cret of shop')

    expect((await line.call('settings', '--notify', 'problems', '--builds-at-once', '3')).stdout).toMatch(
      /^the desktop tells of +problems\nbuilds at once here +3\nspace for logs +1.0 GB\n/,
    )
    expect(await line.call('settings', '--builds-at-once', '0')).toMatchObject({ status: 2 })
    const told = await line.call('diagnostics', '--json')
    expect(json(told.stdout)).toMatchObject({
      settings: { notifies: 'problems', buildsAtOnce: 3 },
      deployments: { live: 1 },
      clusters: [{ kind: 'local', state: 'connected' }],
    })
    expect(told.stdout).not.toContain('s3cret')

    const logs = await line.call('logs', 'shop', '--lines', '5000', '--json')
    const lines = logs.stdout
      .trim()
      .split('\n')
      .map(text => JSON.parse(text))
    expect(lines.find(each => each.text === 'greets with two')).toEqual({
      seq: expect.any(Number),
      at: expect.any(Number),
      stream: 'stdout',
      text: 'greets with two',
      isPartial: false,
    })
    expect((await line.call('logs', 'shop', '--build')).stdout).toContain('built with care')
    expect((await line.call('logs', '--search', 'BUILT with', '--since', '1h')).stdout).toMatch(
      /^\d{4}-\S+Z shop \(build\): .*built with care/m,
    )
    const pattern = await line.call('logs', 'shop', '--search', '^greets with t.o$', '--regex', '--json')
    expect(json(pattern.stdout)).toMatchObject({
      log: { kind: 'runtime', id },
      deployment: 'shop',
      line: { text: 'greets with two' },
      span: { start: 0, end: 15 },
    })
    expect(await line.call('logs', '--search', 'nowhere to be found')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^No line matches in \d+ logs\.\n$/),
    })
    expect(await line.call('logs', '--search', '(', '--regex')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('The pattern cannot be understood: unterminated group.'),
    })
    const file = join(data.path, 'shop.log')
    expect(await line.call('logs', 'shop', '--download', file)).toMatchObject({ status: 0, stderr: '' })
    expect(readFileSync(file, 'utf8')).toMatch(/^\d{4}-\S+Z stdout {3}greets with two$/m)
    expect(await line.call('logs', 'shop', '--download', file)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('There is a'),
    })
    const follow = line.begin('logs', 'shop', '-f', '--lines', '1')
    await follow.says(/\n/)
    await line.call('restart', 'shop')
    await follow.says(/greets with one/)
    follow.interrupt()
    expect((await follow.ended).status).toBe(0)

    const unknown = await line.call('logs', 'shopp')
    expect(unknown).toMatchObject({ status: 1, stdout: '' })
    expect(unknown.stderr).toBe('There is no deployment called shopp.\nThere is: shop.\n')
    const refused = await line.call('remove', 'shop')
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('slipway remove shop --yes') })
    expect(await line.call('remove', 'shop', '--yes')).toMatchObject({
      status: 0,
      stdout: 'Removed. Left: 0 processes, 0 checkouts, 0 logs, 0 rows.\n',
    })
    expect((await line.call('list')).stdout).toBe('Nothing is deployed yet.\n')
    await slipway.quit()
  })

  test('a command whose Slipway quits says so and ends with 1', async () => {
    const { url } = await git.createRepository('left', app('one', { build: 'sleep 30' }))
    const slipway = await line.openSlipway()
    const deploy = line.begin('deploy', url)
    await deploy.says(/sleep 30/)
    await slipway.quit()
    const ended = await deploy.ended
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('Slipway was quit')
  })
})

describe('what is not understood', () => {
  test.each([
    [[], ''],
    [['depoy'], 'There is no command "depoy".'],
    [['deploy'], 'slipway deploy takes <git url or folder>.'],
    [['list', 'shop'], 'slipway list takes no argument.'],
    [['list', '--nonsense'], '--nonsense'],
    [['logs'], 'slipway logs takes one name, unless it searches.'],
    [['logs', 'shop', '--regex'], '--regex belongs to --search.'],
    [['logs', '--search', 'x', '--since', 'lately'], '--since lately is no time'],
    [['deploy', '.', '--port', 'http'], '"http" is no port: give a number from 1 to 65535.'],
    [['deploy', '.', '--name', 'My App'], '"My App" is no name.'],
  ])('%j ends with 2 and the help', async (args, message) => {
    const { status, stdout, stderr } = await line.call(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toContain('Exit status: 0 done')
  })

  test.each([[['--help']], [['deploy', '--help']], [['list', '-h']]])('%j is help', async args => {
    const { status, stdout, stderr } = await line.call(...args)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('--json')
  })
})
