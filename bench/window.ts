import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ElectronRuntime, findElectron, launchElectron } from '../tests/support/electron.ts'
import { createDataFolder } from '../tests/support/platform.ts'
import { type Result, toResult } from './result.ts'

const rounds = 5

const bareApp = {
  'package.json': JSON.stringify({ name: 'bare', main: 'main.js' }),
  'main.js': `
    const { app, BrowserWindow } = require('electron')
    app.whenReady().then(() => new BrowserWindow({ width: 1280, height: 800 }).loadFile('index.html'))`,
  'index.html': '<!doctype html><title>bare</title><button>ready</button>',
}

/** Start to the first button that can be pressed, and memory then, against a window with one button and nothing else. */
export async function benchWindow(): Promise<Result[]> {
  const runtime = await findElectron()
  if ('missing' in runtime) throw new Error(`the window bench needs Electron: ${runtime.missing}`)
  const bare = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  for (const [name, text] of Object.entries(bareApp)) await writeFile(join(bare, name), text)
  const ours: Sample[] = []
  const reference: Sample[] = []
  for (let round = 0; round < rounds; round++) {
    reference.push(await measure(runtime, bare))
    ours.push(await measure(runtime))
  }
  await rm(bare, { recursive: true, force: true })
  const pick = (key: keyof Sample) => ({
    ours: ours.map(one => one[key]),
    reference: reference.map(one => one[key]),
  })
  return [
    toResult({ name: 'cold start to interactive', unit: 'ms', aim: 1.5 }, pick('startMs')),
    toResult({ name: 'memory of all processes', unit: 'MB', aim: 1.3 }, pick('memoryMb')),
  ]
}

interface Sample {
  readonly startMs: number
  readonly memoryMb: number
}

async function measure(runtime: ElectronRuntime, appFolder?: string): Promise<Sample> {
  const data = createDataFolder()
  const began = performance.now()
  const session = await launchElectron({
    runtime,
    dataFolder: data.path,
    ...(appFolder ? { appFolder } : {}),
  })
  try {
    const button = appFolder ? 'ready' : 'Deploy the sample app'
    await session.page.getByText(button).first().click({ trial: true })
    const startMs = performance.now() - began
    return { startMs, memoryMb: memoryOf(session.app.process().pid ?? 0) }
  } finally {
    await session.close()
    data.remove()
  }
}

/** Proportional set size of a process and all below it, so that shared pages count once. Linux. */
function memoryOf(root: number): number {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter(entry => /^\d+$/.test(entry))) {
    const parent = /\) \S (\d+)/.exec(read(`/proc/${name}/stat`))?.[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const isBelow = (pid: number): boolean =>
    pid === root || (parents.has(pid) && isBelow(parents.get(pid) ?? 0))
  const kilobytes = [...parents.keys()]
    .filter(isBelow)
    .map(pid => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024
}

/** A process may end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
