import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Notice } from '../../electron/platform/notice.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import { createRouter } from '../../electron/rpc/router.ts'
import type { VariableEdit } from '../../shared/domain/variable.ts'
import { createCommandLine } from '../support/command-line.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { createDataFolder, getThroughGateway, startPlatform, waitForDeployment } from '../support/platform.ts'

const planted = 'planted-secret&"value"/ü with two\nlines of planted text'
const forms = [
  planted,
  ...planted.split('\n'),
  encodeURIComponent(planted),
  JSON.stringify(planted).slice(1, -1),
  Buffer.from(planted).toString('base64').replace(/=+$/, ''),
  Buffer.from(planted).toString('base64url'),
].flatMap(form => [form, JSON.stringify(form).slice(1, -1)])
const leaks = (text: string): string[] => forms.filter(form => text.includes(form))

/** Says its secret in every way, on both streams, as its last words. */
const blurt = `
  const { KEY } = process.env
  const forms = [KEY, encodeURIComponent(KEY), JSON.stringify({ KEY }), Buffer.from(KEY).toString('base64'), Buffer.from(KEY).toString('base64url')]
  for (const form of forms) { console.log('out ' + form); console.error('err ' + form) }
  throw new Error('no ' + KEY)`
const app = (scripts: Record<string, string>) => ({
  'package.json': JSON.stringify({ private: true, scripts }),
  'blurt.js': blurt,
})

let git: GitServer
let platform: Platform
let client: ReturnType<typeof connect>
const connect = () => createRouterClient(createRouter(platform, { surface: 'terminal' }), { context: {} })
const data = createDataFolder()
const notices: Notice[] = []

beforeAll(async () => {
  git = await startGitServer()
  platform = await startPlatform(data.path, { limits: { crashes: 1 } })
  platform.onDeploymentEvent(notice => notices.push(notice))
  client = connect()
})
afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

const secret = (value = planted): VariableEdit => ({ name: 'KEY', scope: 'both', isSecret: true, value })
const failureOf = (asked: Promise<unknown>) =>
  asked.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: { code: string; message: string; data: unknown }) => ({ ...error, message: error.message }),
  )

async function fail(name: string, scripts: Record<string, string>) {
  await git.createRepository(name, app(scripts))
  const source = { kind: 'git' as const, address: git.url(name) }
  const { id } = await client.deployments.create({
    ...{ source, branch: '', name, port: null, planEdits: {} },
    variables: [secret()],
  })
  return waitForDeployment(platform, id, one => one.status === 'failed')
}

test('a secret is in no failure: not of a build, a start, a source, a request, nor in what is told and shown of them', async () => {
  const built = await fail('built', { build: 'node blurt.js', start: 'node blurt.js' })
  expect(built.failure).toMatchObject({ code: 'build_failed', lines: expect.arrayContaining(['out ***']) })
  const started = await fail('started', { start: 'node blurt.js' })
  expect(started.failure).toMatchObject({ code: 'start_exited', lines: expect.arrayContaining(['err ***']) })

  const id = started.id
  const changes = { set: [{ ...secret(), name: 'not a name' }, secret('\0'.padEnd(9) + planted)], remove: [] }
  const refused = [
    await failureOf(client.variables.save({ id, changes, apply: true })),
    await failureOf(
      client.variables.save({ id, changes: { set: [secret()], remove: ['KEY'] }, apply: 1 as never }),
    ),
    await failureOf(
      client.variables.save({
        id,
        changes: { set: [{ ...secret(), scope: planted as never }], remove: [] },
        apply: true,
      }),
    ),
    await failureOf(
      client.variables.save({ id: 'z'.repeat(26), changes: { set: [secret()], remove: [] }, apply: true }),
    ),
  ]
  git.answer('started', 'missing')
  refused.push(await failureOf(client.deployments.deploy({ id })))
  expect(refused.map(one => one.code)).toEqual(refused.map(() => 'FAILED'))

  const shown = {
    refused,
    notices,
    deployments: await client.deployments.list(),
    pages: await Promise.all([built, started].map(one => client.deployments.get({ id: one.id }))),
    builds: await client.builds.list({}),
    activity: await client.activity.list({}),
    variables: await client.variables.list({ id }),
    page: await getThroughGateway(platform, 'started'),
    logs: await Promise.all([
      client.logs.read({ log: { kind: 'build', id: built.latestBuild?.id ?? '' } }),
      client.logs.read({ log: { kind: 'runtime', id } }),
    ]),
  }
  expect(notices.map(notice => notice.title)).toEqual(['Build of built failed', 'started did not start'])
  expect(
    leaks(
      Object.values(shown)
        .map(part => JSON.stringify(part))
        .join('\n'),
    ),
  ).toEqual([])
  // The page is HTML, the JSON above has escaped it once more.
  expect(leaks(shown.page.body)).toEqual([])

  const files = readdirSync(data.path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
  expect(
    files.filter(
      path => leaks(readFileSync(path, 'latin1')).length > 0 || leaks(readFileSync(path, 'utf8')).length > 0,
    ),
  ).toEqual([])
})

test.each(['http://ana:planted@HOST/x.git', 'http://planted@HOST/x.git', 'ssh://git:planted@HOST/x.git'])(
  'an address with a login, %s, is refused before it is kept, and not repeated',
  async address => {
    const source = { kind: 'git' as const, address: address.replace('HOST', new URL(git.address).host) }
    const wish = { source, branch: '', name: 'with-login', port: null, planEdits: {} }
    const refused = [
      await failureOf(client.sources.branches(source)),
      await failureOf(client.sources.inspect({ source, branch: '' })),
      await failureOf(client.deployments.create(wish)),
    ]
    for (const { data } of refused) {
      expect(data).toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining(
          'The address holds a login, which would be kept where anybody can read it.',
        ),
      })
    }
    expect(JSON.stringify(refused)).not.toContain('planted')
    expect(JSON.stringify(await client.activity.list({}))).not.toContain('planted@')
    const called = await createCommandLine(join(data.path, 'other')).call('plan', source.address)
    expect(called).toMatchObject({ status: 1, stdout: '' })
    expect(called.stderr).not.toContain('planted')
  },
)
