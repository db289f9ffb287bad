import { z } from 'zod'

interface Limit {
  readonly default: number
  readonly least: number
  readonly most: number
  /** Whether parts of one make sense, such as half a CPU. */
  readonly isWhole: boolean
}

/**
 * What bounds the builds and the users of one cluster. Memory and disk are GiB, processors CPUs. Half of a user's memory and
 * all of their processors may be set aside for instances; see `sizes`.
 */
export const clusterLimits = {
  /** Builds at once: of all users, and of one. */
  builds: { default: 2, least: 1, most: 20, isWhole: true },
  buildsPerUser: { default: 2, least: 1, most: 20, isWhole: true },
  /** Of one build. */
  buildCpu: { default: 2, least: 0.5, most: 64, isWhole: false },
  buildMemory: { default: 4, least: 1, most: 256, isWhole: false },
  buildDisk: { default: 4, least: 1, most: 500, isWhole: false },
  buildMinutes: { default: 30, least: 1, most: 360, isWhole: true },
  /** MiB. What a build prints beyond it is not kept; the build goes on. */
  buildLog: { default: 64, least: 1, most: 1024, isWhole: true },
  /** Of all instances of one user. */
  quotaPods: { default: 60, least: 1, most: 1000, isWhole: true },
  quotaCpu: { default: 8, least: 0.1, most: 1000, isWhole: false },
  quotaMemory: { default: 32, least: 0.25, most: 10_000, isWhole: false },
  /** The most for one instance. */
  instanceCpu: { default: 4, least: 0.1, most: 64, isWhole: false },
  instanceMemory: { default: 8, least: 0.125, most: 256, isWhole: false },
} as const satisfies Record<string, Limit>

export type ClusterLimit = keyof typeof clusterLimits
export type ClusterLimits = Readonly<Record<ClusterLimit, number>>

export const clusterLimitNames = Object.keys(clusterLimits) as ClusterLimit[]

export const defaultLimits = Object.fromEntries(
  clusterLimitNames.map(name => [name, clusterLimits[name].default]),
) as ClusterLimits

/** Those that stand in objects of users' namespaces, which only an owner of the cluster may write. */
export const tenantLimits = [
  'quotaPods',
  'quotaCpu',
  'quotaMemory',
  'instanceCpu',
  'instanceMemory',
] as const satisfies readonly ClusterLimit[]

/** Fields of the cluster's settings. */
export const limitFields = Object.fromEntries(
  clusterLimitNames.map(name => [name, toSchema(clusterLimits[name])]),
) as Record<ClusterLimit, z.ZodNumber>

export const limitFieldsWithDefaults = Object.fromEntries(
  clusterLimitNames.map(name => [name, limitFields[name].default(defaultLimits[name])]),
) as Record<ClusterLimit, z.ZodDefault<z.ZodNumber>>

function toSchema({ least, most, isWhole }: Limit): z.ZodNumber {
  const rule = `is no ${isWhole ? 'whole ' : ''}number from ${least} to ${most}`
  return (isWhole ? z.int(rule) : z.number(rule)).min(least, rule).max(most, rule)
}
