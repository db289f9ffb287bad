import { z } from 'zod'

/** An object of the registry that Slipway installs. `why`: what it is for, as the end of a sentence. */
const registryObjectSchema = z.object({
  kind: z.string(),
  name: z.string(),
  why: z.string(),
  isThere: z.boolean(),
})

/**
 * A registry that Slipway installed in a cluster, or would. `incomplete`: some objects are there and some are not, as after a
 * break. `deployments`: by name, those whose images are in it. `otherPods`: as `namespace/name`, those that run from it and belong to
 * none of them, such as what another Slipway deployed.
 */
export const installedRegistrySchema = z.object({
  state: z.enum(['absent', 'incomplete', 'complete']),
  objects: z.array(registryObjectSchema),
  deployments: z.array(z.string()),
  otherPods: z.array(z.string()),
})
export type InstalledRegistry = z.infer<typeof installedRegistrySchema>

/** One step of installing or removing it. `detail`: what came of it, or is waited for. */
export const registryStepSchema = z.object({
  name: z.string(),
  title: z.string(),
  status: z.enum(['waiting', 'running', 'done']),
  detail: z.string(),
})
export type RegistryStep = z.infer<typeof registryStepSchema>
