import type { ContainerLine } from '../container-log.ts'
import type { StatusLine } from './buildkit-status.ts'

/** Turns what a container wrote into the lines of a log, from its begin. */
export interface LineReader {
  push(line: ContainerLine): StatusLine[]
  end(): StatusLine[]
}

/**
 * Gives no more lines than may be kept, and says so in place of the first that is not. All of them are read all the same: what
 * the build is doing is known from them.
 */
export function boundLines(reader: LineReader, mostMebibytes: number): LineReader {
  const most = mostMebibytes * 1024 ** 2
  let bytes = 0
  const bound = (lines: StatusLine[]): StatusLine[] =>
    lines.flatMap(line => {
      const before = bytes
      bytes += Buffer.byteLength(line.text) + 1
      if (bytes <= most) return [line]
      return before > most
        ? []
        : [{ stream: 'platform', text: toBoundText(mostMebibytes), isPartial: false } as const]
    })
  return { push: line => bound(reader.push(line)), end: () => bound(reader.end()) }
}

const toBoundText = (mebibytes: number): string =>
  `The build has printed more than ${mebibytes} MiB: what follows is not kept. The build goes on.`
