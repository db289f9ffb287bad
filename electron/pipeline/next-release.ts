import type { SizeName } from '../../shared/domain/size.ts'
import type { StoredVariable } from '../../shared/domain/variable.ts'
import type { DeploymentRow } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'

/** Inside a transaction: a new release becomes what should run. One that was on its way is overtaken. Returns its id. */
export function releaseNext(
  { writer, now }: { writer: Writer; now: () => number },
  deployment: DeploymentRow,
  values: {
    buildId: string
    port: number | null
    variables: StoredVariable[]
    size: SizeName
    rollbackTo: number | null
    requestedBy: string
  },
): string {
  const { id, targetReleaseId: target, servingReleaseId } = deployment
  if (target !== null && target !== servingReleaseId)
    writer.moveRelease(target, 'releasing', 'retired', { endedAt: now() })
  const next = writer.release({ deploymentId: id, ...values })
  writer.changeDeployment(id, { targetReleaseId: next, wanted: 'running', failure: null })
  writer.nextRun(id, true)
  return next
}
