import { z } from 'zod'

const bytes = z.number().int()

/** What a deployment takes of this computer's disk. `isComplete`: not when there was more than could be looked at in time. */
export const deploymentSpaceSchema = z.object({
  checkouts: bytes,
  kept: bytes,
  logs: bytes,
  isComplete: z.boolean(),
})
export type DeploymentSpace = z.infer<typeof deploymentSpaceSchema>

/** What all of Slipway takes of it, and what is left. */
export const totalSpaceSchema = z.object({
  /** Those that take most come first. */
  deployments: z.array(deploymentSpaceSchema.extend({ id: z.string(), name: z.string() })),
  checkouts: bytes,
  kept: bytes,
  /** Kept data of removed deployments. */
  setAside: bytes,
  logs: bytes,
  /** Versions of Node and package managers that apps asked for. */
  tools: bytes,
  /** With its copies. */
  database: bytes,
  total: bytes,
  /** On the disk that the data folder is on. */
  free: bytes,
  isComplete: z.boolean(),
})
export type TotalSpace = z.infer<typeof totalSpaceSchema>
