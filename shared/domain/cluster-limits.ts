import { z } from 'zod'

interface Limit {
  readonly default: number
  readonly least: number
  readonly most: number
  /** Whether parts of one make sense, such as half a CPU. */
  readonly isWhole: boolean
  readonly word: string
  /** Empty: the word says it. */
  readonly unit: string
}

const whole = (word: string, range: readonly [number, number, number], unit = ''): Limit => {
  const [least, value, most] = range
  return { word, unit, least, default: value, most, isWhole: true }
}
const part = (word: string, range: readonly [number, number, number], unit = ''): Limit => ({
  ...whole(word, range, unit),
  isWhole: false,
})

/** What bounds the builds and the users of one cluster: the least, the default, the most. */
export const clusterLimits = {
  builds: whole('Builds at once', [1, 2, 20]),
  buildsPerUser: whole('Builds of one user', [1, 2, 20]),
  buildCpu: part('CPUs of a build', [0.5, 2, 64]),
  buildMemory: part('Memory of a build', [1, 4, 256], 'GiB'),
  buildDisk: part('Disk of a build', [1, 4, 500], 'GiB'),
  buildMinutes: whole('Time of a build', [1, 30, 360], 'minutes'),
  /** What a build prints beyond it is not kept; the build goes on. */
  buildLog: whole('Log of a build', [1, 16, 1024], 'MiB'),
  quotaPods: whole('Instances of one user', [1, 60, 1000]),
  /** What may be set aside for all instances; see `sizes`. */
  quotaCpu: part('CPUs of one user', [0.1, 8, 1000]),
  /** What all instances may take together; half of it may be set aside. */
  quotaMemory: part('Memory of one user', [0.25, 32, 10_000], 'GiB'),
  instanceCpu: part('CPUs of one instance', [0.1, 4, 64]),
  instanceMemory: part('Memory of one instance', [0.125, 8, 256], 'GiB'),
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
