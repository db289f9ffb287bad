import { randomUUID } from 'node:crypto'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Client } from './command.ts'
import { about } from './find.ts'
import { UsageError } from './usage.ts'

/** This terminal becomes that of a shell in an instance of the app. Ends with the shell's own exit code. */
export const shell = about(
  'shell',
  'opens a shell in an instance of an app that runs in a cluster',
  async ({ client, signal }, { id }) => {
    const { stdin, stdout } = process
    if (!stdin.isTTY || !stdout.isTTY) throw new UsageError('shell needs a terminal of its own.')
    const name = randomUUID()
    const sizeOf = () => ({ columns: stdout.columns, rows: stdout.rows })
    const output = await client.shells.open({ deploymentId: id, shell: name, ...sizeOf() }, { signal })
    const typed = (bytes: Buffer) => void send(client, name, bytes.toString())
    const resized = () => void client.shells.resize({ shell: name, ...sizeOf() }).catch(() => undefined)
    try {
      stdin.setRawMode(true)
      stdin.on('data', typed)
      stdout.on('resize', resized)
      for await (const { text, last, end } of output) {
        await new Promise<void>(resolve => void stdout.write(text, () => resolve()))
        await client.shells.acknowledge({ shell: name, last })
        if (end?.failure) throw new SlipwayError(end.failure)
        if (end !== null) return end.exitCode ?? 1
      }
      return 1
    } finally {
      stdin.setRawMode(false)
      stdin.off('data', typed)
      stdin.pause()
      stdout.off('resize', resized)
    }
  },
)

/** A shell that has ended says so in its output. */
const send = (client: Client, shell: string, text: string): Promise<unknown> =>
  client.shells.write({ shell, text }).catch(() => undefined)
