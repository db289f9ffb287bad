import { randomUUID } from 'node:crypto'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Client } from './command.ts'
import { about } from './find.ts'
import { UsageError } from './usage.ts'

/** This terminal becomes that of a shell in an instance of the app. Ends with the shell's own exit code. */
export const shell = about(
  'shell',
  'opens a shell in an instance of an app; on this computer, in its folder and with its variables',
  async ({ client, signal }, { id }) => {
    const { stdin, stdout } = process
    if (!stdin.isTTY || !stdout.isTTY) throw new UsageError('shell needs a terminal of its own.')
    const name = randomUUID()
    // A terminal that does not tell its size says zero.
    const sizeOf = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 })
    // As in ssh: a line that begins with ~. ends this side, whatever became of the other.
    const end = new AbortController()
    const left = AbortSignal.any([signal, end.signal])
    const isLeaving = createEscape()
    const typed = (text: string) => {
      if (isLeaving(text)) end.abort()
      else void send(client, name, text)
    }
    const resized = () => void client.shells.resize({ shell: name, ...sizeOf() }).catch(() => undefined)
    try {
      const output = await client.shells.open(
        { deploymentId: id, shell: name, ...sizeOf() },
        { signal: left },
      )
      stdin.setEncoding('utf8')
      stdin.setRawMode(true)
      stdin.on('data', typed)
      stdout.on('resize', resized)
      for await (const { text, last, end: done } of output) {
        await new Promise<void>(resolve => void stdout.write(text, () => resolve()))
        await client.shells.acknowledge({ shell: name, last })
        if (done?.failure) throw new SlipwayError(done.failure)
        if (done !== null) return done.exitCode ?? 1
      }
      return end.signal.aborted ? 255 : 1
    } catch (error) {
      if (!end.signal.aborted) throw error
      return 255
    } finally {
      stdin.setRawMode(false)
      stdin.off('data', typed)
      stdin.pause()
      stdout.off('resize', resized)
    }
  },
)

/** Whether what was typed last, at the begin of a line, is `~.`. */
function createEscape(): (text: string) => boolean {
  let line = ''
  return text => {
    line =
      `${line}${text}`
        .split(/[\r\n]/)
        .at(-1)
        ?.slice(0, 3) ?? ''
    return line === '~.'
  }
}

/** A shell that has ended says so in its output. */
const send = (client: Client, shell: string, text: string): Promise<unknown> =>
  client.shells.write({ shell, text }).catch(() => undefined)
