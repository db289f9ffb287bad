import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

export interface Ended {
  /** Null when a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly ended: Promise<Ended>
  stdout(): string
  /** Resolves as soon as stdout matches. Fails when the command ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** To the command and what is in its process group, as a terminal does on Ctrl-C. */
  interrupt(): void
}

/** The command line as people call it: real processes on the data folder. */
export function createCommandLine(dataFolder: string, env: Readonly<Record<string, string>> = {}) {
  const running = new Map<ChildProcess, Promise<Ended>>()

  const start = (path: string, args: readonly string[], input?: string): RunningCommand => {
    const child = spawn(process.execPath, [path, ...args], {
      cwd: root,
      env: { ...process.env, ...env, SLIPWAY_DATA: dataFolder },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    child.stdin.end(input)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', chunk => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', chunk => {
      stderr += chunk
    })
    const ended = once(child, 'close').then(([status]) => {
      running.delete(child)
      return { status: status as number | null, stdout, stderr }
    })
    running.set(child, ended)
    return {
      ended,
      stdout: () => stdout,
      says: pattern =>
        new Promise((resolve, reject) => {
          const look = () => {
            const found = pattern.exec(stdout)
            if (found) resolve(found)
          }
          child.stdout.on('data', look)
          void ended.then(result => reject(new Error(`never said ${pattern}: ${JSON.stringify(result)}`)))
          look()
        }),
      interrupt: () => signal(child, 'SIGINT'),
    }
  }
  const begin = (...args: string[]) => start('electron/cli.ts', args)

  return {
    begin,
    call: (...args: string[]): Promise<Ended> => begin(...args).ended,
    /** With text on its standard input. */
    callWith: (input: string, ...args: string[]): Promise<Ended> =>
      start('electron/cli.ts', args, input).ended,
    /** The browser session, where it is expected to end by itself. */
    serve: (...args: string[]): Promise<Ended> => start('electron/serve.ts', args).ended,
    beginServe: (...args: string[]): RunningCommand => start('electron/serve.ts', args),
    /** A Slipway of another process, whose clients the commands are until it quits. */
    async openSlipway(): Promise<{ quit(): Promise<void> }> {
      const host = start('tests/support/host.ts', [])
      await host.says(/^ready$/m)
      return {
        async quit() {
          host.interrupt()
          await host.ended
        },
      }
    },
    /** Ends what a test that failed left running. */
    async endAll(): Promise<void> {
      for (const child of running.keys()) signal(child, 'SIGTERM')
      await Promise.all(running.values())
    },
  }
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  const hasEnded = child.exitCode !== null || child.signalCode !== null
  if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, name)
}
