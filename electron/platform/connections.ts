import type { Connection } from '../../shared/domain/cluster.ts'
import type { Failure } from '../../shared/domain/failure.ts'

const unknown: Connection = { state: 'unknown', since: null, failure: null }

/** How the last request to each cluster went. Nobody asks a cluster in order to know. */
export function createConnections(deps: { now: () => number; changed: () => void }) {
  const known = new Map<string, Connection>()
  return {
    of: (clusterId: string): Connection => known.get(clusterId) ?? unknown,
    note(clusterId: string, failure: Failure | null): void {
      const before = known.get(clusterId)
      const state = failure === null ? 'connected' : 'unreachable'
      if (before?.state === state && before.failure?.message === failure?.message) return
      const since = before?.state === state ? before.since : deps.now()
      known.set(clusterId, { state, since, failure })
      deps.changed()
    },
    forget: (clusterId: string): void => void known.delete(clusterId),
  }
}
