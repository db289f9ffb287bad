import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCommandLine } from '../support/command-line.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { createDataFolder, getThroughGateway } from '../support/platform.ts'

/** Says its secret, so that it is seen whether that arrived. */
const app = {
  'package.json': JSON.stringify({ private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    const { PORT, API_TOKEN = 'none', TITLE } = process.env
    require('node:http').createServer((_, answer) => answer.end(TITLE + ' ' + API_TOKEN)).listen(PORT)`,
}
const planted = 'planted-s3cret/value'
const passphrase = 'correct horse battery'

let git: GitServer
const oldHome = createDataFolder()
const newHome = createDataFolder()
const files = createDataFolder()
const before = createCommandLine(oldHome.path)
const after = createCommandLine(newHome.path)
const plain = join(files.path, 'plain.json')
const sealed = join(files.path, 'sealed.json')
const passphraseFile = join(files.path, 'passphrase')

beforeAll(async () => {
  git = await startGitServer()
  writeFileSync(passphraseFile, `${passphrase}\n`, { mode: 0o600 })
})
afterAll(async () => {
  await Promise.all([before.endAll(), after.endAll()])
  await git.close()
  for (const folder of [oldHome, newHome, files]) folder.remove()
})

const json = <T>(text: string): T => JSON.parse(text.trim().split('\n').at(-1) ?? '')
const holding = (folder: string, forms: readonly string[]) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => path !== passphraseFile && forms.some(form => readFileSync(path).includes(form)))

test('what was deployed on one computer is exported, with secrets only under a passphrase', async () => {
  const { url } = await git.createRepository('blog', app)
  const slipway = await before.openSlipway()
  await before.call('user', 'add', 'bea')
  expect((await before.call('deploy', url, '--user', 'bea', '--port', '4123')).status).toBe(0)
  await before.call('variables', 'blog', '--set', 'TITLE=Moin')
  await before.callWith(planted, 'variables', 'blog', '--secret', 'API_TOKEN')

  expect(await before.call('export', plain)).toEqual({
    status: 0,
    stdout: `Wrote ${plain}: 1 deployment, no values of secrets.\n`,
    stderr: '',
  })
  expect(statSync(plain).mode & 0o777).toBe(0o600)
  expect(await before.call('export', plain)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('There is a'),
  })
  const unnamed = await before.callWith('', 'export', sealed, '--with-secrets')
  expect(unnamed).toMatchObject({ status: 2, stderr: expect.stringContaining('There is no passphrase') })
  const weak = await before.callWith('horse\n', 'export', sealed, '--with-secrets')
  expect(weak).toMatchObject({ status: 1, stderr: expect.stringContaining('10 characters') })
  // What was refused left no file behind that would be in the way.
  expect(
    await before.callWith(`${passphrase}\n`, 'export', sealed, '--with-secrets', '--json'),
  ).toMatchObject({
    status: 0,
    stdout: `${JSON.stringify({ file: sealed, deployments: 1, secrets: 1 })}\n`,
  })
  await slipway.quit()
})

test('on another computer it is shown first, and refused with a wrong passphrase', async () => {
  const shown = await after.call('import', sealed, '--show')
  expect(shown).toMatchObject({ status: 0, stderr: '' })
  expect(shown.stdout).toMatch(/^blog +bea +added$/m)
  expect(await after.callWith('wrong horse battery\n', 'import', sealed)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('The passphrase does not open'),
  })
  expect(await after.call('import', passphraseFile)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('no export of Slipway'),
  })
  expect(json(await after.call('list', '--json').then(({ stdout }) => stdout))).toEqual([])
})

test('without secrets they are named; with them, later, they are set; then it is deployed as it was', async () => {
  const first = await after.call('import', plain)
  expect(first).toMatchObject({ status: 0, stderr: '' })
  expect(first.stdout).toContain('secrets to set: API_TOKEN')
  expect(first.stdout).toContain(`slipway deploy ${git.url('blog')} --name blog --user bea`)
  const idle = json<{ name: string; status: string; health: object; owner: object }[]>(
    (await after.call('list', '--json')).stdout,
  )
  expect(idle).toMatchObject([
    { name: 'blog', status: 'idle', port: 4123, owner: { name: 'bea' }, health: { instances: [] } },
  ])

  const second = await after.call('import', sealed, '--passphrase-file', passphraseFile, '--json')
  expect(json(second.stdout)).toMatchObject({ deployments: [{ name: 'blog', outcome: 'kept', missing: [] }] })

  const slipway = await after.openSlipway()
  // Nothing came up by itself.
  expect(json((await after.call('list', '--json')).stdout)).toMatchObject([{ status: 'idle' }])
  const deployed = await after.call('deploy', git.url('blog'), '--name', 'blog', '--user', 'bea')
  expect(deployed).toMatchObject({ status: 0, stderr: '' })
  const port = Number(/localhost:(\d+)\/$/m.exec(deployed.stdout)?.[1])
  expect(await getThroughGateway({ gatewayPort: port }, 'blog')).toEqual({
    status: 200,
    body: `Moin ${planted}`,
  })
  await after.call('remove', 'blog', '--yes')
  await slipway.quit()
})

test('the secret and the passphrase are in no file of either computer', () => {
  const forms = [planted, Buffer.from(planted).toString('base64').replace(/=+$/, ''), passphrase]
  for (const folder of [oldHome, newHome, files]) expect(holding(folder.path, forms)).toEqual([])
})
