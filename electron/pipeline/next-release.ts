import { findSaid } from '../../shared/domain/plan.ts'
import type { SizeName } from '../../shared/domain/size.ts'
import type { StoredVariable } from '../../shared/domain/variable.ts'
import type { Reader } from '../database/reader.ts'
import type { DeploymentRow } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'

/** Inside a transaction: a new release becomes what should run. One that was on its way is overtaken. Returns its id. */
export function releaseNext(
  { reader, writer, now }: { reader: Pick<Reader, 'build'>; writer: Writer; now: () => number },
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
  const { plan = null, planEdits = {} } = reader.build(values.buildId) ?? {}
  // What a rollback brings back has run its command before.
  const hasCommand = plan && findSaid(plan, planEdits, 'releaseCommand') && values.rollbackTo === null
  const commandState = hasCommand ? 'waiting' : null
  const next = writer.release({ deploymentId: id, ...values, commandState })
  writer.changeDeployment(id, { targetReleaseId: next, wanted: 'running', failure: null })
  writer.nextRun(id, true)
  return next
}
