import type { LogRef } from '../../shared/domain/log.ts'
import { createLogText } from '../../shared/domain/log-text.ts'
import { saveFile } from '../actions/save-file.ts'
import { client } from '../connection/api.ts'

const pageLines = 5_000
const type = 'text/plain'

/**
 * The whole log as a text file. Each page becomes a blob of its own, which the browser keeps outside of the page (on the disk
 * when there are many), so that a log of any size costs the page the memory of one. `progress`: from 0 to 1.
 */
export async function downloadLog(
  log: LogRef,
  fileName: string,
  { signal, progress }: { signal: AbortSignal; progress: (done: number) => void },
): Promise<void> {
  const toText = createLogText()
  const parts: Blob[] = []
  for (let after = 0; ; ) {
    const page = await client.logs.read({ log, after, limit: pageLines }, { signal })
    parts.push(new Blob([page.lines.map(toText).join('')], { type }))
    const last = page.lines.at(-1)?.seq
    if (last === undefined || last >= page.last) break
    progress((last - page.first + 1) / (page.last - page.first + 1))
    after = last
  }
  saveFile(parts, { name: fileName, type })
}
