import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCommandLine } from '../support/command-line.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'
import { createDataFolder } from '../support/platform.ts'

const app = {
  'package.json': JSON.stringify({ name: 'blog', private: true, scripts: { start: 'node server.js' } }),
  'server.js':
    "require('node:http').createServer((_, answer) => answer.end('hello')).listen(process.env.PORT)",
}

const home = createDataFolder()
const slipway = createCommandLine(home.path)
let github: GitHubStandIn
let host: Awaited<ReturnType<typeof slipway.openSlipway>>

beforeAll(async () => {
  github = await startGitHub()
  github.addUser('octo-ana')
  const { git, pulls } = await github.addRepository('octo-ana/blog', { isPrivate: true, files: app })
  await git?.git('push', '-q', 'origin', 'HEAD:refs/pull/4/head')
  pulls.push({ number: 4, title: 'A darker footer', head: 'footer', updatedAt: new Date().toISOString() })
  host = await slipway.openSlipway()
  const token = github.issueToken('octo-ana', ['repo'])
  await slipway.callWith(`${token}\n`, 'github', 'login', '--host', github.address, '--token')
  await slipway.call('deploy', `${github.address}/octo-ana/blog.git`)
})
afterAll(async () => {
  await host.quit()
  await slipway.endAll()
  await github.close()
  home.remove()
})

const say = async (...args: string[]) => {
  const { status, stdout, stderr } = await slipway.call(...args)
  return { status, text: (stdout + stderr).trim() }
}
const wrong = (text: string) => ({ status: 2, text: expect.stringContaining(text) })

test('slipway deploy-on-push says whether it is on, turns it on with paths, and off', async () => {
  expect(await say('deploy-on-push', 'blog')).toEqual({ status: 0, text: 'Off: a push deploys nothing.' })
  expect(await say('deploy-on-push', 'blog', 'on', '--path', 'server.js', '--path', 'lib')).toEqual({
    status: 0,
    text: 'On: a push to main that changes server.js, lib is deployed, while Slipway is open or when it is opened again.',
  })
  const { text } = await say('deploy-on-push', 'blog', '--json')
  expect(JSON.parse(text)).toMatchObject({
    name: 'blog',
    branch: 'main',
    isOn: true,
    paths: ['server.js', 'lib'],
  })
  expect(await say('deploy-on-push', 'blog', '--path', 'lib')).toEqual(wrong('--path goes with on.'))
  expect(await say('deploy-on-push', 'blog', 'perhaps')).toEqual(wrong('on, or off'))
  expect(await say('deploy-on-push', 'blog', 'on', '--path', '../up')).toMatchObject({
    status: 1,
    text: expect.stringContaining('lies in the repository'),
  })
  expect(await say('deploy-on-push', 'blog', 'off')).toEqual({
    status: 0,
    text: 'Off: a push deploys nothing.',
  })
  expect(await say('deploy-on-push', 'none')).toMatchObject({ status: 1 })
})

test('slipway github-status says what GitHub was told, and turns that off and on', async () => {
  expect(await say('github-status', 'blog', 'off')).toEqual({
    status: 0,
    text: 'Off: GitHub is not told where it runs.',
  })
  expect(await say('github-status', 'blog')).toEqual({
    status: 0,
    text: 'Off: GitHub is not told where it runs.',
  })
  const on = await say('github-status', 'blog', 'on', '--json')
  expect(JSON.parse(on.text)).toMatchObject({ name: 'blog', isOn: true, place: 'ready', trouble: null })
  expect(await say('github-status', 'blog', 'perhaps')).toEqual(wrong('on, or off'))
})

test('slipway previews turns them on, says which there are, and off', async () => {
  expect(await say('previews', 'blog')).toEqual({ status: 0, text: 'Off: pull requests have no previews.' })
  expect(await say('previews', 'blog', 'on')).toMatchObject({
    status: 0,
    text: expect.stringContaining('On: pull requests into main are deployed, 3 of a project at the most.'),
  })
  await expect
    .poll(async () => (await say('previews', 'blog')).text, { timeout: 30_000 })
    .toContain('#4 A darker footer: blog-pr-4')
  expect(await say('previews', 'blog', 'perhaps')).toEqual(wrong('on, or off'))
  expect(await say('previews', 'blog', 'off')).toEqual({
    status: 0,
    text: 'Off: pull requests have no previews.',
  })
  await expect.poll(async () => (await say('list')).text, { timeout: 30_000 }).not.toContain('blog-pr-4')
})
