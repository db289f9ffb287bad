import type { KubernetesObject } from '@kubernetes/client-node'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import { ApiError, toClusterFailure } from '../api-failure.ts'
import { labels } from '../names.ts'

/** Why an object could not be applied. Where somebody else has changed it, who and what. */
export function toApplyFailure(error: unknown, object: KubernetesObject, context: string): SlipwayError {
  if (!(error instanceof ApiError) || error.status !== 409) return toClusterFailure(error, context)
  const place = `${object.kind} ${object.metadata?.name}`
  const conflicts = toConflicts(error.details)
  const what = conflicts.map(({ manager, field }) => `${manager} has set ${field}`).join('; ')
  return new SlipwayError(
    {
      code: 'conflict',
      message: `${place} was changed by something other than Slipway${what === '' ? '' : `: ${what}`}.`,
      hint: `Repair it in Slipway (slipway drift ${object.metadata?.labels?.[labels.name] ?? 'NAME'} --repair), or take the change back there; then deploy again.`,
    },
    error,
  )
}

/** `conflict with "kubectl-set" using apps/v1`, for each field. */
function toConflicts(details: unknown): { manager: string; field: string }[] {
  const { causes = [] } = (details ?? {}) as { causes?: { message?: string; field?: string }[] }
  return causes.map(({ message = '', field = '' }) => ({
    manager: /conflict with "([^"]+)"/.exec(message)?.[1] ?? 'another program',
    field: field.replace(/^\.spec\.(?:template\.spec\.)?/, ''),
  }))
}
