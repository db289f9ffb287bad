import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findDeploymentProcesses } from '../../electron/clusters/local/job-processes.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { VariableEdit } from '../../shared/domain/variable.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

/** Prints its secret where it should not, at build and at run; answers with what it was given. */
const app = {
  'package.json': JSON.stringify({
    private: true,
    scripts: { build: 'node build.js', start: 'exec node server.js' },
  }),
  'build.js': `
    const { TITLE = 'none', KEY = '' } = process.env
    console.log('building with ' + KEY)
    require('node:fs').writeFileSync('title.txt', TITLE)`,
  'server.js': `
    const { KEY = 'none', GREETING = 'none' } = process.env
    const title = require('node:fs').readFileSync('title.txt', 'utf8')
    console.log('running with ' + KEY)
    console.error(Buffer.from(KEY).toString('base64') + ' ' + encodeURIComponent(KEY))
    require('node:http').createServer((request, response) => {
      response.end([title, GREETING, KEY].join(' '))
    }).listen(process.env.PORT)`,
}

let git: GitServer
let platform: Platform
let id: string
const data = createDataFolder()

beforeAll(async () => {
  git = await startGitServer()
  platform = await startPlatform(data.path)
  await git.createRepository('blog', app)
  const made = await platform.intents.create(
    {
      source: { kind: 'git', address: git.url('blog') },
      branch: '',
      name: 'blog',
      port: null,
      planEdits: {},
      variables: [secret('first-secret&value', 'both')],
    },
    asker(platform),
  )
  id = made.id
  await untilRelease(1)
})

afterAll(async () => {
  await platform.dispose({ stopApps: true })
  await git.close()
  data.remove()
})

const secret = (value: string, scope: VariableEdit['scope'] = 'run'): VariableEdit => ({
  name: 'KEY',
  scope,
  isSecret: true,
  value,
})
const plain = (name: string, value: string, scope: VariableEdit['scope'] = 'run'): VariableEdit => ({
  name,
  scope,
  isSecret: false,
  value,
})
const save = (set: VariableEdit[], apply = true) =>
  platform.intents.saveVariables(id, { set, remove: [] }, { apply }, asker(platform))
const untilRelease = (number: number) =>
  waitForDeployment(platform, id, one => isLive(one) && one.serving?.number === number)
const answer = async () => (await getThroughGateway(platform, 'blog')).body
const buildCount = () => platform.reader.buildIdsOf(id).length

test('a secret is rotated without a build, and a rollback brings the old one back', async () => {
  expect(await answer()).toBe('none none first-secret&value')
  const first = (await untilRelease(1)).serving?.id ?? ''
  expect(await save([secret('second-secret&value', 'run'), plain('GREETING', 'hello')])).toEqual({
    // It was known to the build before.
    applied: 'build',
  })
  await untilRelease(2)
  expect(await answer()).toBe('none hello second-secret&value')

  const builds = buildCount()
  expect(await save([secret('third-secret&value')])).toEqual({ applied: 'release' })
  await untilRelease(3)
  expect(await answer()).toBe('none hello third-secret&value')
  expect(buildCount()).toBe(builds)

  await platform.intents.rollback(id, first, asker(platform))
  await untilRelease(4)
  expect(await answer()).toBe('none none first-secret&value')
  expect(platform.variables(id)).toMatchObject({
    variables: [
      { name: 'GREETING', isPending: true },
      { name: 'KEY', isPending: true, value: null },
    ],
    removed: [],
  })
})

test('what was built from the same things is not built again, unless that is asked for', async () => {
  expect(await save([plain('TITLE', 'Blog', 'build')])).toEqual({ applied: 'build' })
  const built = await untilRelease(5)
  expect(built.latestBuild?.reusedBuildId).toBeNull()
  expect(await answer()).toBe('Blog hello third-secret&value')

  await platform.intents.deploy(id, asker(platform))
  const again = await untilRelease(6)
  expect(again.latestBuild).toMatchObject({
    status: 'succeeded',
    reusedBuildId: built.latestBuild?.id,
    steps: [],
  })
  expect(again.serving?.commit).toEqual(built.serving?.commit)

  await platform.intents.deploy(id, asker(platform), { isFresh: true })
  const fresh = await untilRelease(7)
  expect(fresh.latestBuild?.reusedBuildId).toBeNull()
  expect(fresh.latestBuild?.steps.map(step => step.name)).toContain('build')
})

test('a secret is nowhere in the data folder, the logs, the records or the arguments of processes', async () => {
  const values = ['first', 'second', 'third'].map(which => `${which}-secret&value`)
  const forms = values.flatMap(value => [
    value,
    encodeURIComponent(value),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
  ])
  const printed = async () =>
    (await platform.logs.read({ kind: 'runtime', id }, { limit: 1000 })).lines.map(line => line.text)
  await expect.poll(printed, { timeout: 10_000 }).toContain('running with ***')
  // What old builds left is deleted meanwhile.
  await platform.idle()
  const found = readdirSync(data.path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => {
      // A file that is written is another one under its name, for a moment.
      const bytes = existsSync(path) ? readFileSync(path) : ''
      return forms.some(form => bytes.includes(form))
    })
  expect(found).toEqual([])
  const processes = findDeploymentProcesses(id)
  expect(processes.length).toBeGreaterThan(1)
  for (const { pid } of processes) {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
    expect(forms.filter(form => words.includes(form))).toEqual([])
  }
  const records = [platform.deployments(), platform.variables(id), platform.reader.buildsOf(id, 50)]
  for (const form of forms) expect(JSON.stringify(records)).not.toContain(form)
})

test('a removed deployment leaves no secret behind', async () => {
  platform.intents.remove(id, 'blog', asker(platform))
  await platform.idle()
  await expect
    .poll(() => JSON.parse(readFileSync(join(data.path, 'secrets.json'), 'utf8')).entries)
    .toEqual({})
})
