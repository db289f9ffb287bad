import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { toChildEnvironment } from '../electron/clusters/local/environment.ts'
import type { Platform } from '../electron/platform/platform.ts'
import { startGitServer } from '../tests/support/git-server.ts'
import { asker, createDataFolder, getThroughGateway, startPlatform } from '../tests/support/platform.ts'
import { type Result, toResult } from './result.ts'

const exec = promisify(execFile)
const rounds = 5
const mostMs = 60_000

const modules = join(import.meta.dirname, '..', 'node_modules')

/** `npm ci` finds nothing to fetch: a network would hide what is measured. */
const toApp = (scripts: Record<string, string>, files: Record<string, string>) => ({
  'package.json': JSON.stringify({ name: 'app', private: true, scripts }),
  'package-lock.json': JSON.stringify({
    name: 'app',
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: 'app' } },
  }),
  ...files,
})

const apps = {
  'the smallest app': toApp(
    { build: 'node build.js', start: 'node server.js' },
    {
      'build.js': "require('fs').writeFileSync('built.txt', 'hello')",
      'server.js':
        "require('http').createServer((q, r) => r.end(require('fs').readFileSync('built.txt'))).listen(process.env.PORT)",
    },
  ),
  'a page built by Vite': toApp(
    { build: `node ${join(modules, 'vite', 'bin', 'vite.js')} build`, start: 'node server.js' },
    {
      'index.html': '<!doctype html><div id="root"></div><script type="module" src="/main.js"></script>',
      'main.js': `
        import { createElement } from 'react'
        import { createRoot } from 'react-dom/client'
        import * as all from '@mantine/core'
        createRoot(document.getElementById('root')).render(createElement('p', null, Object.keys(all).join()))`,
      'vite.config.js': `module.exports = {
        resolve: { alias: [{ find: /^(react|react-dom|@mantine\\/core)(?=$|\\/)/, replacement: '${modules}/$1' }] } }`,
      'server.js':
        "require('http').createServer((q, r) => r.end(require('fs').readFileSync('dist/index.html'))).listen(process.env.PORT)",
    },
  ),
}

/**
 * From the wish to the first good answer, against clone, `npm ci`, build and start by hand; and the same commit once more,
 * against that.
 */
export async function benchDeploy(): Promise<Result[]> {
  const git = await startGitServer()
  const data = createDataFolder()
  const platform = await startPlatform(data.path)
  const results: Result[] = []
  try {
    for (const [index, [title, files]] of Object.entries(apps).entries()) {
      const repository = `app-${index}`
      await git.createRepository(repository, files)
      const cold: number[] = []
      const warm: number[] = []
      const reference: number[] = []
      for (let round = 0; round < rounds; round++) {
        reference.push(await byHand(git.url(repository)))
        const took = await bySlipway(platform, git.url(repository), `${repository}-${round}`)
        cold.push(took.coldMs)
        warm.push(took.warmMs)
      }
      const name = (what: string) => `${what}, ${title}`
      results.push(
        toResult({ name: name('deploy to first answer'), unit: 'ms', aim: 1.1 }, { ours: cold, reference }),
        toResult(
          { name: name('deployed again to first deploy'), unit: 'ms', aim: 0.2 },
          { ours: warm, reference: cold },
        ),
      )
    }
  } finally {
    await platform.dispose({ stopApps: true })
    await git.close()
    data.remove()
  }
  return results
}

async function bySlipway(platform: Platform, address: string, name: string) {
  const began = performance.now()
  const { id } = await platform.intents.create(
    { source: { kind: 'git', address }, branch: 'main', name, port: null, planEdits: {} },
    asker(platform),
  )
  await until(async () => platform.deployment(id)?.health.ready === 1)
  await until(async () => (await getThroughGateway(platform, name)).status === 200)
  const coldMs = performance.now() - began
  const beganAgain = performance.now()
  await platform.intents.deploy(id, asker(platform))
  await until(async () => platform.deployment(id)?.serving?.number === 2)
  await until(async () => (await getThroughGateway(platform, name)).status === 200)
  const warmMs = performance.now() - beganAgain
  platform.intents.remove(id, name, asker(platform))
  await platform.idle()
  return { coldMs, warmMs }
}

/** In the environment of a person's shell, as Slipway's commands are run. */
async function byHand(address: string) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  const cwd = join(folder, 'app')
  const port = await findFreePort()
  const env = toChildEnvironment(process.env)
  const began = performance.now()
  await exec('git', ['clone', '--quiet', '--depth', '1', address, cwd], { env })
  await exec('npm', ['ci'], { cwd, env })
  await exec('npm', ['run', 'build'], { cwd, env })
  const child = spawn('npm', ['start'], {
    cwd,
    env: { ...env, PORT: String(port), NODE_ENV: 'production' },
    stdio: 'ignore',
    detached: true,
  })
  try {
    await until(() => answers(port))
    return performance.now() - began
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    await once(child, 'exit')
    await rm(folder, { recursive: true, force: true })
  }
}

async function until(isMet: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + mostMs
  while (!(await isMet())) {
    if (performance.now() > end) throw new Error('the app did not answer within a minute')
    await pause(10)
  }
}

function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    response => response.ok,
    () => false,
  )
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
