import type { AddOn } from '../../../shared/domain/add-on.ts'
import type { ClusterSettings } from '../../../shared/domain/cluster.ts'
import type { Failure } from '../../../shared/domain/failure.ts'
import type { ImageName } from '../../../shared/domain/image.ts'
import type { Plan, PlanChoice } from '../../../shared/domain/plan.ts'
import type { User } from '../../../shared/domain/records.ts'
import type { LogStore } from '../../logs/log-store.ts'
import type { SourceReader } from '../../sources/source-reader.ts'
import type { ImagePlace } from '../image-reader.ts'
import type { KubernetesApi } from './api.ts'
import type { BuildTier } from './build/tiers.ts'
import type { RegistryAccess } from './registry/access.ts'
import type { RolloutLimits } from './release/trouble.ts'

/** What the cluster has to know of a deployment's records. */
export interface DeploymentFacts {
  readonly name: string
  readonly owner: User
  /** Hosts of its own, beside the one below the base domain. */
  readonly hosts: readonly string[]
  /** Set for one that is a database. */
  readonly addOn?: AddOn | null
  /** Neither what serves nor what is to run listens anywhere. */
  readonly isWorker?: boolean
}

export interface KubernetesDriverDeps {
  readonly clusterId: string
  readonly settings: ClusterSettings
  /** Of the registry's user. Undefined: none is set. */
  readonly readRegistryPassword: () => Promise<string | undefined>
  /** Throws when the deployment has no row. */
  readonly describe: (deploymentId: string) => DeploymentFacts
  /** Whether the records have something else of the same owner in the cluster. */
  readonly hasOthers?: (deploymentId: string) => boolean
  /** How a request went: null when the cluster answered. */
  readonly noteConnection?: (failure: Failure | null) => void
  /** What is told of the deployment's hosts has changed. */
  readonly noteDomains?: (deploymentId: string) => void
  readonly logs: LogStore
  readonly sources: SourceReader
  readonly detectPlan: (folder: string, choice?: PlanChoice) => Promise<Plan>
  readonly now: () => number
  /** The rights with which builds are tried first; the least by default. */
  readonly firstBuildTier?: BuildTier
  readonly rolloutLimits?: RolloutLimits
  readonly log: { warn(details: object, message: string): void }
}

export interface KubernetesContext extends KubernetesDriverDeps {
  readonly api: KubernetesApi
  /** Undefined: the cluster has none. */
  readonly registry: RegistryAccess | undefined
  /** Registries that may have an image. */
  readonly placesOf: (image: ImageName) => readonly ImagePlace[]
  /** Something about the deployment is worth another look. */
  readonly changed: (deploymentId: string) => void
}
