import type { Readable } from 'node:stream'

/** Lines of a body, in batches as they come, without the line break. */
export async function* readLines(stream: Readable): AsyncGenerator<string[], void, void> {
  let rest = ''
  stream.setEncoding('utf8')
  for await (const text of stream) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0) yield lines
  }
  if (rest !== '') yield [rest]
}
