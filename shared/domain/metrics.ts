import { z } from 'zod'
import { formatBytes } from './bytes.ts'
import { failureSchema } from './failure.ts'
import { idSchema } from './records.ts'

/** What all instances of a deployment took together. `cpu`: CPUs; `memory`: bytes; `restarts`: as counted then. */
export const usageSampleSchema = z.object({
  at: z.number().int(),
  cpu: z.number(),
  memory: z.number(),
  restarts: z.number().int(),
})
export type UsageSample = z.infer<typeof usageSampleSchema>

const nowSchema = usageSampleSchema.extend({
  instances: z.array(z.object({ name: z.string(), cpu: z.number(), memory: z.number() })),
})

export const metricsSchema = z.object({
  id: idSchema,
  name: z.string(),
  /** Null: nothing runs, or nothing measures it. */
  now: nowSchema.nullable(),
  /** Of all instances together; null where nothing bounds them. CPUs, and bytes. */
  cpuLimit: z.number().nullable(),
  memoryLimit: z.number().nullable(),
  /** Why there are no figures, where something runs. */
  missing: failureSchema.nullable(),
})
export type Metrics = z.infer<typeof metricsSchema>

/** Requests that came through the gateway in a minute, or in five. Milliseconds to the head of the answer, at most a tenth off. */
export const trafficSampleSchema = z.object({
  at: z.number().int(),
  requests: z.number().int(),
  /** Answered with 500 or more, or not at all. */
  failed: z.number().int(),
  medianMs: z.number(),
  /** What 95 of 100 took at most. */
  slowMs: z.number(),
})
export type TrafficSample = z.infer<typeof trafficSampleSchema>

/** Oldest first; whiles in which nothing came are left out. The last hour by the minute, the last day by five. */
export const trafficHistorySchema = z.object({
  hour: z.array(trafficSampleSchema),
  day: z.array(trafficSampleSchema),
})
export type TrafficHistory = z.infer<typeof trafficHistorySchema>

/** With what was measured before, oldest first: the last hour as it came, the last day by five minutes. */
export const metricsHistorySchema = metricsSchema.extend({
  hour: z.array(usageSampleSchema),
  day: z.array(usageSampleSchema),
  traffic: trafficHistorySchema,
})
export type MetricsHistory = z.infer<typeof metricsHistorySchema>

/** `12%` of one CPU */
export const toCpuText = (cpus: number): string => {
  const percent = cpus * 100
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)}%`
}

/** `120 MB of 512 MB` */
export const toMemoryText = (bytes: number, limit: number | null): string =>
  limit === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(limit)}`
