import type { ClusterDriver, Instance } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'
import type { GatewayRoute } from '../gateway/gateway.ts'
import { toRoute } from './health.ts'

/** Where the gateway leads a name to, as it was seen last. */
export function createRoutes({
  reader,
  driver,
  seen,
  noteAnswer,
}: {
  reader: Pick<Reader, 'deploymentNamed' | 'deployment'>
  driver: Pick<ClusterDriver, 'dial'>
  /** By deployment. */
  seen: ReadonlyMap<string, readonly Instance[]>
  noteAnswer: (deploymentId: string, answer: { status: number; ms: number }) => void
}): (name: string) => Promise<GatewayRoute> {
  return async name => {
    const row = reader.deploymentNamed(name)
    const stored = row && reader.deployment(row.id)
    if (row === undefined || stored === undefined) return { state: 'unknown' }
    return toRoute({
      deployment: stored,
      run: row.run,
      instances: seen.get(row.id) ?? [],
      answered: answer => noteAnswer(row.id, answer),
      dial: async () => driver.dial({ deploymentId: row.id, releaseId: row.servingReleaseId ?? '' }),
    })
  }
}
