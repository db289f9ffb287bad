import { spawn } from 'node:child_process'
import { findJobProcesses, terminate } from './job-processes.ts'
import { identifyChild } from './processes.ts'

export interface ProgramResult {
  /** Null when it could not be started or was ended by a signal. */
  readonly exitCode: number | null
  readonly stdout: string
  /** Of both its streams. */
  readonly lastLines: readonly string[]
}

const keptLines = 20
/** Only the group counts: no process carries this marker. */
const nobody = '\0'

/** Runs a program of the person's in a group of its own. Rejects with the signal's reason when that group has ended. */
export async function runProgram(order: {
  program: string
  args: readonly string[]
  cwd: string
  env: Readonly<Record<string, string>>
  graceMs: number
  signal?: AbortSignal | undefined
  onLine?: ((line: string) => void) | undefined
}): Promise<ProgramResult> {
  order.signal?.throwIfAborted()
  const child = spawn(order.program, [...order.args], {
    cwd: order.cwd,
    env: { ...order.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const leader = child.pid === undefined ? null : (identifyChild(child.pid) ?? null)
  const lastLines: string[] = []
  let stdout = ''
  let rest = ''
  const read = (text: string) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines.filter(one => one.trim() !== '')) {
      order.onLine?.(line)
      lastLines.push(line)
    }
    lastLines.splice(0, lastLines.length - keptLines)
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    read(text)
  })
  child.stderr.setEncoding('utf8').on('data', read)

  let ending: Promise<void> | undefined
  const end = () => {
    ending ??= terminate(() => findJobProcesses({ marker: nobody, leader }), order.graceMs)
  }
  order.signal?.addEventListener('abort', end, { once: true })
  const exitCode = await new Promise<number | null>(resolve => {
    child.once('error', error => {
      lastLines.push(error.message)
      resolve(null)
    })
    child.once('close', resolve)
  })
  order.signal?.removeEventListener('abort', end)
  await ending
  order.signal?.throwIfAborted()
  if (rest.trim() !== '') read('\n')
  return { exitCode, stdout, lastLines }
}
