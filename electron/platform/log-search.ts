import { SlipwayError } from '../../shared/domain/failure.ts'
import type { FoundLogLine, LogQuery, LogRef, LogSearchStep } from '../../shared/domain/log.ts'
import type { SearchProgress } from '../logs/search.ts'
import type { Platform } from './platform.ts'

export interface LogSearch extends LogQuery {
  readonly deploymentIds?: readonly string[] | undefined
  readonly kinds?: readonly LogRef['kind'][] | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
  readonly context: number
  readonly limit: number
}

/** Steps without anything found come together. */
const quietMs = 100

/** A bad pattern fails at once; one that turns out to be too slow ends the search with its failure. */
export function searchLogs(
  { reader, logs }: Pick<Platform, 'reader' | 'logs'>,
  { text, isRegex, deploymentIds, kinds, since, until, context, limit }: LogSearch,
  signal: AbortSignal,
): AsyncGenerator<LogSearchStep, void, void> {
  const owners = new Map<string, Pick<FoundLogLine, 'deploymentId' | 'deployment'>>()
  const refs: LogRef[] = []
  const add = (ref: LogRef, owner: Pick<FoundLogLine, 'deploymentId' | 'deployment'>) => {
    if (kinds !== undefined && !kinds.includes(ref.kind)) return
    refs.push(ref)
    owners.set(ref.id, owner)
  }
  for (const { id, name } of reader.deploymentRows()) {
    if (deploymentIds !== undefined && !deploymentIds.includes(id)) continue
    const owner = { deploymentId: id, deployment: name }
    add({ kind: 'runtime', id }, owner)
    for (const build of reader.buildIdsOf(id)) add({ kind: 'build', id: build }, owner)
  }
  const range = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }
  const steps = logs.searchAll(refs, { text, isRegex, context, ...range }, signal)
  const toFound = (found: SearchProgress<LogRef>['found']): FoundLogLine[] =>
    found.flatMap(({ id, line, span, before, after }) => {
      const owner = owners.get(id.id)
      return owner ? [{ ...owner, log: id, line, span, before: [...before], after: [...after] }] : []
    })
  return report(steps, { of: refs.length, limit, toFound })
}

async function* report(
  steps: AsyncGenerator<SearchProgress<LogRef>, void, void>,
  {
    of,
    limit,
    toFound,
  }: {
    of: number
    limit: number
    toFound: (found: SearchProgress<LogRef>['found']) => FoundLogLine[]
  },
): AsyncGenerator<LogSearchStep, void, void> {
  let count = 0
  let searched = 0
  let toldAt = 0
  try {
    for await (const step of steps) {
      searched = step.searched
      const found = toFound(step.found).slice(0, limit - count)
      count += found.length
      if (count === limit) {
        yield { found, searched, of, end: 'limit', failure: null }
        return
      }
      const now = performance.now()
      if (found.length === 0 && now - toldAt < quietMs) continue
      toldAt = now
      yield { found, searched, of, end: null, failure: null }
    }
    yield { found: [], searched: of, of, end: 'complete', failure: null }
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    yield { found: [], searched, of, end: 'failed', failure: error.failure }
  }
}
