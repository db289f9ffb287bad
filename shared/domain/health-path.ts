import type { Plan, PlanEdits } from './plan.ts'

/** Where an app is asked over HTTP whether it is ready; an empty text: a connection is enough. */
export const healthPathPattern = /^(?:\/[!-"$-~]{0,499})?$/
export const healthPathRule = 'is no path: it begins with / and has no spaces'

/** The path that holds, and who said so; undefined where a connection is enough. The person's wish wins over the repository's. */
export function findHealthPath(
  plan: Pick<Plan, 'healthPath'>,
  edits: Pick<PlanEdits, 'healthPath'>,
): { readonly value: string; readonly origin: string } | undefined {
  const said =
    edits.healthPath === undefined ? plan.healthPath : { value: edits.healthPath, origin: 'set by you' }
  return said?.value ? said : undefined
}
