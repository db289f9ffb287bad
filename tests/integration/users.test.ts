import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCommandLine } from '../support/command-line.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { createDataFolder } from '../support/platform.ts'

const app = {
  'server.js':
    "require('node:http').createServer((_, answer) => answer.end('hello')).listen(process.env.PORT)",
  'package.json': JSON.stringify({ private: true, scripts: { start: 'node server.js' } }),
}

let git: GitServer
const data = createDataFolder()
const line = createCommandLine(data.path)

beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await line.endAll()
  await git.close()
  data.remove()
})

interface Listed {
  name: string
  owner: { name: string }
  latestBuild: { requestedBy: string }
}
const json = <T>(text: string): T => JSON.parse(text.trim().split('\n').at(-1) ?? '')
const called = async (...args: string[]) => {
  const { status, stdout, stderr } = await line.call(...args)
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
  return stdout
}
const list = async (...args: string[]) => json<Listed[]>(await called('list', '--json', ...args))

test('two users deploy the same repository, each their own', async () => {
  const { url } = await git.createRepository('blog', app)
  const slipway = await line.openSlipway()
  const [me] = json<{ name: string; isCurrent: boolean }[]>(await called('user', '--json'))
  expect(me?.isCurrent).toBe(true)
  const own = me?.name ?? ''

  await called('user', 'add', 'bea')
  expect(await line.call('user', 'add', 'BEA')).toMatchObject({
    status: 1,
    stderr: 'There is a user called bea already.\nChoose another name.\n',
  })
  expect(await line.call('user', 'add', 'a b')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('A name has only letters, digits, dots, dashes and _.'),
  })
  expect(await line.call('list', '--user', 'cid')).toMatchObject({
    status: 1,
    stderr: `There is no user called cid.\nThere is: ${[own, 'bea'].toSorted().join(', ')}.\n`,
  })

  await called('deploy', url)
  await called('deploy', url, '--user', 'Bea')
  const all = (await list()).map(({ name, owner, latestBuild }) => [
    name,
    owner.name,
    latestBuild.requestedBy,
  ])
  expect(all.toSorted()).toEqual([
    ['blog', own, own],
    ['blog-2', 'bea', 'bea'],
  ])
  expect((await list('--user', 'bea')).map(({ name }) => name)).toEqual(['blog-2'])
  expect(await called('list')).toContain('OWNER')

  // Deployed again, each gets the own one.
  await called('deploy', url, '--user', 'bea')
  expect(await list()).toHaveLength(2)
  await slipway.quit()
})

test('alone too: handed over, a project joins the one of the same source, and its owner can go', async () => {
  expect(await line.call('user', 'remove', 'bea')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('slipway give blog-2 '),
  })
  const [me] = (await list()).filter(one => one.name === 'blog')
  const own = me?.owner.name ?? ''
  await called('give', 'blog-2', own)
  expect((await list()).map(({ owner }) => owner.name)).toEqual([own, own])
  await called('user', 'rename', 'bea', 'beatrix')
  await called('user', 'use', 'beatrix')
  expect(await line.call('user', 'remove', 'beatrix')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('beatrix is who acts here now.'),
  })
  await called('user', 'use', own)
  await called('user', 'remove', 'beatrix')
  for (const name of ['blog', 'blog-2']) await called('remove', name, '--yes')
  expect(json<object[]>(await called('user', '--json'))).toMatchObject([{ name: own, projects: [] }])
})
