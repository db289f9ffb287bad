import { z } from 'zod'
import { formatBytes } from './bytes.ts'
import { type Failure, failureSchema } from './failure.ts'

/** `cpu`: CPUs; `memory`: bytes. */
const amountsSchema = z.object({ cpu: z.number(), memory: z.number() })
export type Amounts = z.infer<typeof amountsSchema>

const roomSchema = amountsSchema.extend({ pods: z.number().int() })
export type Room = z.infer<typeof roomSchema>

/** What could be looked at, or why not. */
const partOf = <T extends z.ZodType>(schema: T) =>
  z.union([z.object({ found: schema }), z.object({ missing: failureSchema })])
export type Part<T> = { found: T } | { missing: Failure }

export const foundOf = <T>(part: Part<T>): T | undefined => ('found' in part ? part.found : undefined)
export const missingOf = <T>(part: Part<T>): Failure | undefined =>
  'missing' in part ? part.missing : undefined

export const nodeSchema = z.object({
  name: z.string(),
  isReady: z.boolean(),
  /** Whether it takes new pods. */
  isSchedulable: z.boolean(),
  architecture: z.string(),
  kubelet: z.string(),
  /** What it lacks, in words: `memory`, `disk`. */
  pressures: z.array(z.string()),
  allocatable: roomSchema,
  /** What its pods asked for, as the scheduler counts. Null: not known. */
  requested: roomSchema.nullable(),
})
export type SurveyedNode = z.infer<typeof nodeSchema>

const nodesSchema = z.object({
  /** Those with troubles come first; at most `mostNodes`. */
  list: z.array(nodeSchema),
  count: z.number().int(),
  /** Of all that are ready. */
  allocatable: roomSchema,
  requested: partOf(roomSchema),
})
export type SurveyedNodes = z.infer<typeof nodesSchema>
export const mostNodes = 100

export const surveyedDeploymentSchema = z.object({
  id: z.string(),
  name: z.string(),
  isDatabase: z.boolean(),
  /** Wanted ones, and those that are ready. */
  instances: z.number().int(),
  ready: z.number().int(),
  /** Of its instances together; null where nothing is set aside or bounded. */
  requests: amountsSchema.nullable(),
  limits: amountsSchema.nullable(),
  /** What they take now; null where nothing measures it. */
  use: amountsSchema.nullable(),
})
export type SurveyedDeployment = z.infer<typeof surveyedDeploymentSchema>

/** Not by the rules of a language: those pass over hyphens. */
export const byName = (a: SurveyedDeployment, b: SurveyedDeployment): number =>
  a.name === b.name ? (a.id < b.id ? -1 : 1) : a.name < b.name ? -1 : 1

export const volumePurposes = ['database', 'kept', 'build-state', 'registry'] as const
const volumesSchema = z.object({
  purpose: z.enum(volumePurposes),
  count: z.number().int(),
  bytes: z.number(),
})
export type SurveyedVolumes = z.infer<typeof volumesSchema>

const thereSchema = z.object({
  /** `own`: what the user has; nobody else's may be seen. */
  scope: z.enum(['all', 'own']),
  /** By name; databases are deployments too. At most `mostDeployments`, and how many there are. */
  deployments: z.array(surveyedDeploymentSchema),
  count: z.number().int(),
  /** Of all of them. */
  instances: z.number().int(),
  builds: z.number().int(),
  volumes: z.array(volumesSchema),
  /** Of all of it, builds and a registry too. */
  requests: amountsSchema.nullable(),
  limits: amountsSchema.nullable(),
  use: partOf(amountsSchema),
})
export type SurveyedThings = z.infer<typeof thereSchema>
export const mostDeployments = 500

/** What a cluster has room for, what Slipway has there, and what that takes. `at`: when it was looked at. */
export const surveySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('kubernetes'),
    at: z.number().int(),
    /** Null: it may not be asked for. */
    version: z.string().nullable(),
    nodes: partOf(nodesSchema),
    there: partOf(thereSchema),
  }),
  z.object({
    kind: z.literal('local'),
    at: z.number().int(),
    /** Such as `Linux 6.8.0`. */
    system: z.string(),
    architecture: z.string(),
    cores: z.number().int(),
    memory: z.object({ total: z.number(), free: z.number() }),
    /** That the data folder is on. */
    disk: z.object({ total: z.number(), free: z.number() }),
    there: partOf(thereSchema),
  }),
])
export type Survey = z.infer<typeof surveySchema>

export const noAmounts: Amounts = { cpu: 0, memory: 0 }

export const addAmounts = (one: Amounts, other: Amounts): Amounts => ({
  cpu: one.cpu + other.cpu,
  memory: one.memory + other.memory,
})

/** `2 deployments with 3 instances, 1 build. Volumes: 1 of databases, 8.6 GB.` */
export function toThingsText({ count, instances, builds, volumes }: SurveyedThings): string {
  const counted = [
    count === 0
      ? 'Nothing is deployed'
      : `${counts(count, 'deployment')} with ${counts(instances, 'instance')}`,
    ...(builds === 0 ? [] : [`${counts(builds, 'build')} under way`]),
  ]
  const kept = volumes.map(one => `${one.count} ${volumeWords[one.purpose]}, ${formatBytes(one.bytes)}`)
  return [`${counted.join(', ')}.`, ...(kept.length === 0 ? [] : [`Volumes: ${kept.join('; ')}.`])].join(' ')
}

const volumeWords = {
  database: 'of databases',
  kept: 'kept of removed databases',
  'build-state': 'of builds',
  registry: 'of the registry',
} as const satisfies Record<SurveyedVolumes['purpose'], string>

const counts = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`
