import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type GitServer, startGitServer } from '../tests/support/git-server.ts'
import { asker, createDataFolder, getThroughGateway, startPlatform } from '../tests/support/platform.ts'
import { type Result, toResult } from './result.ts'

const exec = promisify(execFile)
const rounds = 5
const mostMs = 60_000

const app = {
  'package.json': JSON.stringify({
    name: 'app',
    private: true,
    scripts: { build: 'node build.js', start: 'node server.js' },
  }),
  'package-lock.json': JSON.stringify({
    name: 'app',
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: 'app' } },
  }),
  'build.js': "require('fs').writeFileSync('built.txt', 'hello')",
  'server.js':
    "require('http').createServer((q, r) => r.end(require('fs').readFileSync('built.txt'))).listen(process.env.PORT)",
}

/** From the wish to the first good answer, against clone, `npm ci`, build and start by hand. */
export async function benchDeploy(): Promise<Result[]> {
  const git = await startGitServer()
  const data = createDataFolder()
  const platform = await startPlatform(data.path)
  const ours: number[] = []
  const reference: number[] = []
  try {
    await git.createRepository('app', app)
    for (let round = 0; round < rounds; round++) {
      reference.push(await byHand(git))
      ours.push(await bySlipway(platform, git, `app-${round}`))
    }
  } finally {
    await platform.dispose({ stopApps: true })
    await git.close()
    data.remove()
  }
  return [toResult({ name: 'deploy to first answer', unit: 'ms', aim: 1.1 }, { ours, reference })]
}

async function bySlipway(platform: Awaited<ReturnType<typeof startPlatform>>, git: GitServer, name: string) {
  const began = performance.now()
  const source = { kind: 'git', address: git.url('app') } as const
  const { id } = await platform.intents.create(
    { source, branch: 'main', name, port: null, planEdits: {} },
    asker(platform),
  )
  await until(async () => (await getThroughGateway(platform, name)).status === 200)
  const took = performance.now() - began
  platform.intents.remove(id, name, asker(platform))
  await platform.idle()
  return took
}

async function byHand(git: GitServer) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  const cwd = join(folder, 'app')
  const port = await findFreePort()
  const began = performance.now()
  await exec('git', ['clone', '--quiet', '--depth', '1', git.url('app'), cwd])
  await exec('npm', ['ci'], { cwd })
  await exec('npm', ['run', 'build'], { cwd })
  const child = spawn('npm', ['start'], {
    cwd,
    env: { ...process.env, PORT: String(port), NODE_ENV: 'production' },
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
