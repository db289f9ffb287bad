import type { LogRef } from '../../shared/domain/log.ts'
import { saveFile } from '../actions/save-file.ts'
import { client } from '../connection/api.ts'
import { toPlainText } from './format-line.ts'

const pageLines = 5_000

/** The whole log as a text file, page by page. */
export async function downloadLog(log: LogRef, fileName: string): Promise<void> {
  const parts: string[] = []
  for (let after = 0; ; ) {
    const page = await client.logs.read({ log, after, limit: pageLines })
    for (const line of page.lines) {
      parts.push(`${new Date(line.at).toISOString()} ${line.stream.padEnd(8)} ${toPlainText(line.text)}\n`)
    }
    const last = page.lines.at(-1)?.seq
    if (last === undefined || last >= page.last) break
    after = last
  }
  saveFile(parts, { name: fileName, type: 'text/plain' })
}
