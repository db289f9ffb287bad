import type { LogStream } from '../../../../shared/domain/log.ts'
import { createMasker, createTextMask } from '../../masking.ts'
import { createLineSplitter } from '../../output-lines.ts'

/** One thing that BuildKit does, such as `[build 2/5] RUN npm ci`. UTC milliseconds. */
export interface Vertex {
  readonly name: string
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly isCached: boolean
  readonly error: string | null
}

/** A line for the console. `vertex`: what it belongs to. */
export interface StatusLine {
  readonly stream: LogStream
  readonly text: string
  readonly isPartial: boolean
}

/** A line of `--progress=rawjson`: BuildKit's SolveStatus. */
interface SolveStatus {
  readonly vertexes?: readonly {
    digest: string
    name?: string
    started?: string
    completed?: string
    cached?: boolean
    error?: string
  }[]
  readonly statuses?: readonly { id: string; vertex: string; total?: number; completed?: string }[]
  readonly logs?: readonly { vertex: string; stream: number; data: string }[]
  readonly warnings?: readonly { short?: string }[]
}

interface KnownVertex {
  number: number
  name: string
  startedAt: number | null
  finishedAt: number | null
  isCached: boolean
  error: string | null
  output: Map<LogStream, ReturnType<typeof createOutput>>
}

/**
 * Reads BuildKit's own status stream line by line, and gives the lines that a person reads. The same lines give the same
 * lines again, so that whoever reads the stream from its begin later knows what was shown before. Secrets are masked.
 */
export function createBuildkitStatus(secrets: readonly string[]) {
  const vertexes = new Map<string, KnownVertex>()
  const downloaded = new Set<string>()
  let plain: string[] = []
  const mask = createTextMask(secrets)

  const platform = (text: string): StatusLine => ({ stream: 'platform', text: mask(text), isPartial: false })

  const know = (digest: string, name: string): KnownVertex => {
    const known = vertexes.get(digest)
    if (known !== undefined) {
      if (name !== '') known.name = mask(name)
      return known
    }
    const vertex: KnownVertex = {
      number: vertexes.size + 1,
      name: mask(name),
      startedAt: null,
      finishedAt: null,
      isCached: false,
      error: null,
      output: new Map(),
    }
    vertexes.set(digest, vertex)
    return vertex
  }

  const flush = (vertex: KnownVertex): StatusLine[] => {
    const lines = [...vertex.output].flatMap(([stream, output]) => output.end().map(toLine(vertex, stream)))
    vertex.output.clear()
    return lines
  }

  const fail = (vertex: KnownVertex, error: string): StatusLine[] => {
    if (vertex.name.startsWith('importing cache manifest')) {
      const isNew = /not found/.test(error)
      return [platform(`#${vertex.number} ${isNew ? 'there is no cache yet' : `no cache: ${mask(error)}`}`)]
    }
    vertex.error = mask(error)
    return [platform(`#${vertex.number} failed: ${vertex.error}`)]
  }

  const onVertex = (seen: NonNullable<SolveStatus['vertexes']>[number]): StatusLine[] => {
    const vertex = know(seen.digest, seen.name ?? '')
    const lines: StatusLine[] = []
    if (seen.started !== undefined && vertex.startedAt === null) {
      vertex.startedAt = Date.parse(seen.started)
      if (seen.cached !== true) lines.push(platform(`#${vertex.number} ${vertex.name}`))
    }
    if (seen.cached === true && !vertex.isCached) {
      vertex.isCached = true
      lines.push(platform(`#${vertex.number} ${vertex.name}: cached`))
    }
    const finishedAt = seen.completed === undefined ? null : Date.parse(seen.completed)
    if (finishedAt !== null && (finishedAt !== vertex.finishedAt || seen.error)) {
      const before = vertex.finishedAt
      vertex.finishedAt = finishedAt
      lines.push(...flush(vertex))
      if (seen.error) {
        lines.push(...fail(vertex, seen.error))
      } else if (!vertex.isCached && vertex.startedAt !== null) {
        const ms = finishedAt - vertex.startedAt
        // What is taken up again, as layers are that are fetched when they are needed, ends again.
        if (before === null || finishedAt - before > shownAgainMs)
          lines.push(platform(`#${vertex.number} done in ${toSeconds(ms)}`))
      }
    }
    return lines
  }

  const onLog = (log: NonNullable<SolveStatus['logs']>[number]): StatusLine[] => {
    const vertex = know(log.vertex, '')
    const stream = log.stream === 2 ? 'stderr' : 'stdout'
    const output = vertex.output.get(stream) ?? createOutput(secrets)
    vertex.output.set(stream, output)
    return output.push(Buffer.from(log.data, 'base64')).map(toLine(vertex, stream))
  }

  const onStatus = (status: NonNullable<SolveStatus['statuses']>[number]): StatusLine[] => {
    const key = `${status.vertex} ${status.id}`
    if (status.completed === undefined || !status.total || downloaded.has(key)) return []
    downloaded.add(key)
    if (!status.id.startsWith('sha256:')) return []
    const { number } = know(status.vertex, '')
    return [platform(`#${number} ${status.id.slice(0, 19)} ${(status.total / 1e6).toFixed(1)} MB`)]
  }

  return {
    push(line: string): StatusLine[] {
      const status = parse(line)
      if (status === undefined) {
        if (line === '') return []
        const text = mask(line)
        plain = [...plain, text].slice(-mostPlain)
        return [{ stream: 'stderr', text, isPartial: false }]
      }
      return [
        // A step that ends does so after its last output.
        ...(status.vertexes ?? []).filter(one => one.completed === undefined).flatMap(onVertex),
        ...(status.statuses ?? []).flatMap(onStatus),
        ...(status.logs ?? []).flatMap(onLog),
        ...(status.vertexes ?? []).filter(one => one.completed !== undefined).flatMap(onVertex),
        ...(status.warnings ?? []).flatMap(one =>
          one.short === undefined
            ? []
            : [platform(`Warning: ${Buffer.from(one.short, 'base64').toString()}`)],
        ),
      ]
    },
    /** What waits for the end of its line, when nothing follows. */
    end: (): StatusLine[] => [...vertexes.values()].flatMap(flush),
    /** What went wrong: of things that failed, and what was said apart from the stream. */
    errors: (): readonly string[] => [
      ...[...vertexes.values()]
        .flatMap(one => one.error ?? [])
        .filter(error => !/context canceled/.test(error)),
      ...plain,
    ],
    /** In the order in which BuildKit named them. */
    vertexes: (): readonly Vertex[] => [...vertexes.values()],
  }
}

const toLine =
  (vertex: KnownVertex, stream: LogStream) =>
  (piece: { text: string; isPartial: boolean }): StatusLine => ({
    stream,
    text: `#${vertex.number} ${piece.text}`,
    isPartial: piece.isPartial,
  })

function createOutput(secrets: readonly string[]) {
  const masker = createMasker(secrets)
  const splitter = createLineSplitter()
  return {
    push: (bytes: Buffer) => splitter.push(masker.push(bytes)),
    end: () => [...splitter.push(masker.end()), ...splitter.end()],
  }
}

function parse(line: string): SolveStatus | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Lines that are no status, kept to tell what went wrong. */
const mostPlain = 50
const shownAgainMs = 100

const toSeconds = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)} s`
