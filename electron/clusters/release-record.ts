import { z } from 'zod'
import { addOnSchema } from '../../shared/domain/add-on.ts'
import { registrySchema } from '../../shared/domain/cluster.ts'
import type { hostSchema } from '../../shared/domain/domain.ts'
import { followingSchema, previewRecordSchema } from '../../shared/domain/following.ts'
import { nameSchema } from '../../shared/domain/name.ts'
import { planEditsSchema, planSchema } from '../../shared/domain/plan.ts'
import { commitSchema, idSchema, sourceSchema, userSchema } from '../../shared/domain/records.ts'
import { instancesSchema, sizeSchema } from '../../shared/domain/size.ts'
import { variableNameSchema, variableScopeSchema } from '../../shared/domain/variable.ts'

const time = z.number().int()
const port = z.number().int().min(1).max(65_535).nullable()

/**
 * What the database has of a release, its build and its deployment, as it lies beside what runs, so that the database can be filled
 * again from there. Whoever may read the objects of an app reads it: of the variables that the app runs with it has no value, since
 * those are in the Secret of the release; of those that are only there at a build, the values that are no secrets.
 */
export const releaseRecordSchema = z.object({
  version: z.literal(1),
  owner: userSchema,
  project: z.object({ id: idSchema, name: z.string(), source: sourceSchema }),
  deployment: z.object({
    id: idSchema,
    name: nameSchema,
    branch: z.string(),
    port,
    planEdits: planEditsSchema,
    keepsRunning: z.boolean(),
    size: sizeSchema,
    instances: instancesSchema,
    createdAt: time,
    addOn: addOnSchema.extend({ image: z.string().min(1) }).optional(),
    following: followingSchema.optional(),
    preview: previewRecordSchema.optional(),
  }),
  build: z.object({
    id: idSchema,
    commit: commitSchema,
    branch: z.string(),
    port,
    planEdits: planEditsSchema,
    plan: planSchema,
    artifact: z.string().min(1),
    requestedBy: z.string(),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
  }),
  release: z.object({
    id: idSchema,
    number: z.number().int().min(1),
    port,
    size: sizeSchema,
    rollbackTo: z.number().int().nullable(),
    requestedBy: z.string(),
    createdAt: time,
  }),
  variables: z.array(
    z.object({
      name: variableNameSchema,
      scope: variableScopeSchema,
      isSecret: z.boolean(),
      /** Only of one that is there at a build alone, and no secret. */
      value: z.string().optional(),
    }),
  ),
})
export type ReleaseRecord = z.infer<typeof releaseRecordSchema>

/** Settings of a cluster by which its apps are reached; without them, what is read back would lose its hosts. */
export const clusterRecordSchema = z.object({
  registry: registrySchema.nullable(),
  registryUser: z.string().nullable(),
  baseDomain: z.string().nullable(),
  ingressClass: z.string().nullable(),
  issuer: z.string().nullable(),
})
export type ClusterRecord = z.infer<typeof clusterRecordSchema>

/** A deployment as it was found in a cluster. */
export interface FoundDeployment {
  readonly id: string
  /** Undefined where none is there that can be believed. */
  readonly record: ReleaseRecord | undefined
  readonly cluster: ClusterRecord | undefined
  /** Whoever runs it wrote the record, too, or may have: it speaks for what is theirs alone. */
  readonly isOfMember: boolean
  /** For people, where there is no record. */
  readonly name: string
  readonly run: number
  /** Null: stopped. */
  readonly instances: number | null
  /** When its rollout was complete; null while it is not. UTC milliseconds. */
  readonly liveAt: number | null
  /** That lead to it, without the one below the base domain. */
  readonly hosts: readonly z.infer<typeof hostSchema>[]
  /** Of the variables that it runs with. */
  readonly values: Readonly<Record<string, string>>
}
