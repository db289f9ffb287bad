import { z } from 'zod'

/** What one instance of an app may take. `request`: set aside for it on its node; `limit`: the most that it gets. */
interface Size {
  /** CPUs. */
  readonly cpu: { readonly request: number; readonly limit: number }
  /** MiB. */
  readonly memory: { readonly request: number; readonly limit: number }
}

/**
 * The presets, smallest first. Most apps idle, so the small ones set aside less than they may take; who asks for the largest
 * means it. A release keeps the size that it was made with, so that a rollback brings it back. How many instances there are
 * is of the deployment, not of a release: going back to yesterday's code does not go back to yesterday's traffic.
 */
export const sizes = {
  small: { cpu: { request: 0.025, limit: 0.25 }, memory: { request: 128, limit: 256 } },
  medium: { cpu: { request: 0.05, limit: 1 }, memory: { request: 256, limit: 512 } },
  large: { cpu: { request: 0.5, limit: 2 }, memory: { request: 1024, limit: 2048 } },
  xlarge: { cpu: { request: 2, limit: 4 }, memory: { request: 4096, limit: 8192 } },
} as const satisfies Record<string, Size>

export const sizeNames = [
  'small',
  'medium',
  'large',
  'xlarge',
] as const satisfies readonly (keyof typeof sizes)[]
export const sizeSchema = z.enum(sizeNames)
export type SizeName = z.infer<typeof sizeSchema>
export const defaultSize: SizeName = 'medium'

export const sizeWords = {
  small: 'Small',
  medium: 'Medium',
  large: 'Large',
  xlarge: 'Extra large',
} as const satisfies Record<SizeName, string>

export const mostInstances = 50
const instancesRule = `The number of instances is a whole number from 1 to ${mostInstances}.`
export const instancesSchema = z.int(instancesRule).min(1, instancesRule).max(mostInstances, instancesRule)

/** `0.25 CPU, 256 MiB` */
export function toSizeText(name: SizeName): string {
  const { cpu, memory } = sizes[name]
  const text = memory.limit < 1024 ? `${memory.limit} MiB` : `${memory.limit / 1024} GiB`
  return `${cpu.limit} ${cpu.limit > 1 ? 'CPUs' : 'CPU'}, ${text}`
}

export const toInstancesText = (count: number): string => `${count} ${count === 1 ? 'instance' : 'instances'}`
