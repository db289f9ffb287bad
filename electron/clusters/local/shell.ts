import { Duplex } from 'node:stream'
import type { IPty } from '@lydell/node-pty'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { ShellEnd, ShellSize } from '../../../shared/domain/shell.ts'
import type { Shell } from '../driver.ts'

export interface ShellPlace {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
}

/** A program with a terminal of its own on this computer. */
export async function openLocalShell(place: ShellPlace, { columns, rows }: ShellSize): Promise<Shell> {
  const { spawn } = await import('@lydell/node-pty').catch(cause => {
    throw new SlipwayError(noTerminals, cause)
  })
  const pty = spawn(place.program, [...place.args], {
    ...{ name: 'xterm-256color', cols: columns, rows, cwd: place.cwd, env: { ...place.environment } },
    // Bytes: a character may come in two pieces.
    encoding: null,
  })
  const terminal = new PtyTerminal(pty)
  return {
    terminal,
    ended: terminal.ended,
    resize: size => {
      if (!terminal.hasEnded) pty.resize(size.columns, size.rows)
    },
  }
}

/** Read no faster than it is drawn. Destroyed: whatever runs in the terminal is hung up. */
class PtyTerminal extends Duplex {
  readonly ended: Promise<ShellEnd>
  hasEnded = false
  readonly #pty: IPty

  constructor(pty: IPty) {
    super()
    this.#pty = pty
    pty.onData((data: string | Buffer) => {
      if (!this.destroyed && !this.push(data)) pty.pause()
    })
    this.ended = new Promise(resolve =>
      pty.onExit(({ exitCode, signal }) => {
        this.hasEnded = true
        if (!this.destroyed) this.push(null)
        resolve({ exitCode: signal !== undefined && signal > 0 ? 128 + signal : exitCode, failure: null })
      }),
    )
    // What cannot be written any more is what a shell that ended would not have read.
    this.on('error', () => {})
  }

  override _read(): void {
    if (!this.hasEnded) this.#pty.resume()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (!this.hasEnded) this.#pty.write(bytes.toString())
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.hasEnded) this.#pty.kill()
    done(error)
  }
}

const noTerminals = {
  code: 'unavailable',
  message: 'There are no terminals for this system.',
  hint: 'The app is a process like any other: every terminal of this computer sees what it sees.',
} as const
