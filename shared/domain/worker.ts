import type { Plan, PlanEdits } from './plan.ts'

/** Set for an app that listens nowhere, as one that works through a queue, with who said so. The person's wish wins. */
export function findWorker(
  plan: Pick<Plan, 'worker'>,
  edits: Pick<PlanEdits, 'worker'>,
): { readonly origin: string } | undefined {
  const said = edits.worker === undefined ? plan.worker : { value: edits.worker, origin: 'set by you' }
  return said?.value ? said : undefined
}

/** Whether it has an address that a browser can open: neither a worker nor a database does. */
export const hasAddress = ({ addOn, isWorker }: { addOn: object | null; isWorker: boolean }): boolean =>
  addOn === null && !isWorker
