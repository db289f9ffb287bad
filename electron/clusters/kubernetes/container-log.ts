import type { KubernetesApi } from './api.ts'
import { toPath } from './objects.ts'
import { readLines } from './read-lines.ts'

/** A line that a container wrote. `at` in UTC milliseconds; `position` grows with every line, in microseconds of UTC. */
export interface ContainerLine {
  readonly at: number
  readonly position: number
  readonly text: string
}

/** Far more than lines of one microsecond can shift the positions of those after them. */
const overlapMs = 2000

/**
 * The log of a container from its begin, and on until the container ends. `after`: a position; what comes long before it is left
 * out. `isPrevious`: of the container that ran before in its place. `isWhole`: nothing will follow. Throws `NodeLogError`.
 */
export async function* readContainerLog(
  api: Pick<KubernetesApi, 'stream'>,
  target: {
    namespace: string
    pod: string
    container: string
    after?: number
    isPrevious?: boolean
    isWhole?: boolean
  },
  signal: AbortSignal,
): AsyncGenerator<ContainerLine[], void, void> {
  const path = `${toPath('Pod', { namespace: target.namespace, name: target.pod })}/log`
  const { after = 0, isPrevious } = target
  const query = {
    container: target.container,
    follow: target.isWhole !== true,
    timestamps: true,
    previous: isPrevious,
    sinceTime: after === 0 ? undefined : new Date(Math.max(after / 1000 - overlapMs, 0)).toISOString(),
  }
  const stream = await api.stream(path, query, signal)
  let last = 0
  for await (const lines of readLines(stream)) {
    const read: ContainerLine[] = []
    for (const line of lines) {
      const parsed = toContainerLine(line)
      if (parsed === undefined) {
        if (read.length > 0) yield read
        throw new NodeLogError(line)
      }
      // Two lines of one microsecond: right after the one before.
      last = Math.max(parsed.position, last + 1)
      read.push({ ...parsed, position: last })
    }
    yield read
  }
}

/** The node has no log, or none any more, and says so in the answer's body: its state was sent already. */
export class NodeLogError extends Error {
  override readonly name = 'NodeLogError'
  /** Of a container that has ended: it was removed, and its log with it. */
  readonly isGone: boolean

  constructor(text: string) {
    super(text.slice(0, 500))
    this.isGone = /^unable to retrieve container logs for |: no such file or directory$/.test(text)
  }
}

/** `2026-01-02T03:04:05.123456789Z text`. Undefined: without a time, which every line of a container has. */
export function toContainerLine(line: string): ContainerLine | undefined {
  const [, second, fraction = '', text = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z ?(.*)$/s.exec(line) ?? []
  if (second === undefined) return undefined
  const secondsMs = Date.parse(`${second}Z`)
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6))
  return { at: secondsMs + Math.floor(micros / 1000), position: secondsMs * 1000 + micros, text }
}
