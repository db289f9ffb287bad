import type { LogLine } from '../../shared/domain/log.ts'

/** What a command says: words for people, or one JSON value a line for programs. */
export interface Output {
  readonly isJson: boolean
  /** Progress, for people only. */
  say(text: string): void
  /** The result: `value` as JSON, else the text. On lines of its own. */
  result(value: unknown, text: string): void
  logLine(line: LogLine): void
}

export function createOutput({
  isJson,
  write = text => void process.stdout.write(text),
}: {
  isJson: boolean
  write?: (text: string) => void
}): Output {
  let isMidLine = false
  /** Named once there are several. */
  const instances = new Set<string>()
  const endLine = () => {
    if (isMidLine) write('\n')
    isMidLine = false
  }
  return {
    isJson,
    say: text => {
      if (isJson) return
      endLine()
      write(`${text}\n`)
    },
    result: (value, text) => {
      endLine()
      write(isJson ? `${JSON.stringify(value)}\n` : `${text}\n`)
    },
    logLine: line => {
      if (isJson) {
        write(`${JSON.stringify(line)}\n`)
        return
      }
      if (line.instance !== undefined) instances.add(line.instance)
      const of = instances.size > 1 && line.instance !== undefined ? `${line.instance}  ` : ''
      const prefix = isMidLine ? '' : `${of}${line.stream === 'platform' ? '» ' : ''}`
      isMidLine = line.isPartial
      write(`${prefix}${line.text}${line.isPartial ? '' : '\n'}`)
    },
  }
}

/** Columns as wide as their widest cell. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
