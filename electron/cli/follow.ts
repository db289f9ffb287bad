import { randomUUID } from 'node:crypto'
import type { LogRef } from '../../shared/domain/log.ts'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import type { Client, Context } from './command.ts'

/** Prints a log as it grows, until it is closed or the signal aborts. `printed`: a line, by its number. */
export async function followLog(
  { client, output }: Pick<Context, 'client' | 'output'>,
  log: LogRef,
  options: { after: number; signal: AbortSignal; printed?: (seq: number) => void },
): Promise<void> {
  const stream = randomUUID()
  try {
    const batches = await client.logs.follow(
      { log, after: options.after, stream },
      { signal: options.signal },
    )
    for await (const batch of batches) {
      for (const line of decodeBatch(batch)) output.logLine(line)
      options.printed?.(batch.last)
      await client.logs.acknowledge({ stream, seq: batch.last })
    }
  } catch (error) {
    if (!options.signal.aborted) throw error
  }
}

/** Looks at something whenever it may have changed, until `look` answers. Undefined when the signal aborted first. */
export async function waitUntil<T>(
  client: Client,
  look: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const end = new AbortController()
  const stop = () => end.abort()
  signal.addEventListener('abort', stop)
  try {
    const changes = await client.changes.watch(undefined, { signal: end.signal })
    const first = await look()
    if (first !== undefined) return first
    for await (const _change of changes) {
      const found = await look()
      if (found !== undefined) return found
    }
    return undefined
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  } finally {
    end.abort()
    signal.removeEventListener('abort', stop)
  }
}
