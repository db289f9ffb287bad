import { z } from 'zod'
import { idSchema } from './records.ts'

export const differenceKinds = ['changed', 'added', 'removed', 'missing', 'extra'] as const

/**
 * One thing that a cluster has otherwise than Slipway made it. `key` tells it from others, and from what it becomes when it
 * changes again. `field` is empty for an object as a whole; values are null where they may be secret.
 */
export const differenceSchema = z.object({
  key: z.string(),
  is: z.enum(differenceKinds),
  object: z.object({ kind: z.string(), name: z.string() }),
  field: z.string(),
  wanted: z.string().nullable(),
  found: z.string().nullable(),
  /** What changed it, as it calls itself. */
  by: z.string().nullable(),
})
export type Difference = z.infer<typeof differenceSchema>

export const keptDifferenceSchema = z.object({
  key: z.string(),
  text: z.string(),
  keptBy: z.string(),
  keptAt: z.number().int(),
})
export type KeptDifference = z.infer<typeof keptDifferenceSchema>

export const driftSchema = z.object({
  deploymentId: idSchema,
  /** What nobody has said anything about yet. */
  differences: z.array(differenceSchema.extend({ text: z.string(), keeping: z.string() })),
  /** Accepted until they change. */
  kept: z.array(keptDifferenceSchema),
  /** Whether Slipway repairs by itself. */
  repairsItself: z.boolean(),
  /** A repair is asked for and not done yet. */
  isRepairing: z.boolean(),
  /** Why the last repair was not made; null when it was. */
  failure: z.string().nullable(),
})
export type Drift = z.infer<typeof driftSchema>

/** `replicas: 2 wanted, 5 there`. The Deployment is what most are about, so it is not named. */
export function toDifferenceText({ is, object, field, wanted, found }: Difference): string {
  const whole = `${object.kind} ${object.name}`
  if (is === 'missing') return `${whole} is missing`
  if (is === 'extra') return `${whole} is extra: it bears the labels of this app, and Slipway did not make it`
  const what = object.kind === 'Deployment' ? field : `${object.kind}: ${field}`
  if (is === 'removed') return `${what} is missing`
  if (is === 'added') return found === null ? `${what} was added` : `${what}: ${found} was set`
  return wanted === null || found === null
    ? `${what} was changed`
    : `${what}: ${wanted} wanted, ${found} there`
}

export const toDifferencesText = (all: readonly Difference[]): string => all.map(toDifferenceText).join('; ')

const isOfDeployment = ({ object, is }: Difference): boolean => object.kind === 'Deployment' && is !== 'extra'

/** What runs is not what Slipway started, so that how it fares says nothing of the release. */
export const isOfWhatRuns = (all: readonly Difference[]): boolean => all.some(isOfDeployment)

/** The number of instances that is there, where that is the difference. None: the app was stopped. */
export function toFoundInstances(difference: Difference): number | undefined {
  if (!isOfDeployment(difference)) return undefined
  if (difference.is === 'missing') return 0
  return difference.field === 'replicas' && difference.found !== null ? Number(difference.found) : undefined
}

/** What keeping it means, as the end of "Keep: ...". */
export function toKeepingText(difference: Difference): string {
  const instances = toFoundInstances(difference)
  if (instances === undefined) return 'accepted until it changes'
  return instances === 0 ? 'the app is stopped' : `the app has ${instances} from now on`
}
