import type { ImageName } from '../../../shared/domain/image.ts'
import type { Plan, PlanChoice } from '../../../shared/domain/plan.ts'
import type { LogStore } from '../../logs/log-store.ts'
import type { SourceReader } from '../../sources/source-reader.ts'
import type { FoundImage } from '../image-plan.ts'
import type { Containers } from './containers.ts'
import type { Program } from './job-control.ts'
import type { LocalFolders } from './local-folders.ts'
import type { Tools } from './tools.ts'

export interface LocalDriverDeps {
  /** Absolute; everything that the driver makes lies below it. */
  readonly folder: string
  readonly logs: LogStore
  readonly sources: SourceReader
  readonly detectPlan: (folder: string, choice?: PlanChoice) => Promise<Plan>
  /** Runs `supervisor.ts`, `static-server.ts`. */
  readonly supervisor: Program
  readonly staticServer: Program
  readonly now: () => number
  readonly log: { warn: (details: object, message: string) => void }
  /** What apps and builds inherit, such as the login shell's environment. Ours by default. */
  readonly environment?: NodeJS.ProcessEnv
  /** The name of a deployment, for failures that are about another one. */
  readonly nameOf?: (deploymentId: string) => string | undefined
  readonly limits?: Partial<LocalLimits>
}

export interface LocalLimits {
  /** To begin to listen. */
  readonly readyMs: number
  /** An app that listens nowhere is ready when it has run for so long. */
  readonly settleMs: number
  /** Between TERM and KILL. */
  readonly graceMs: number
}

export const defaultLimits: LocalLimits = { readyMs: 60_000, settleMs: 5_000, graceMs: 10_000 }

/** What builds and instances share. */
export interface LocalContext extends Omit<LocalDriverDeps, 'limits' | 'environment' | 'folder'> {
  readonly tools: Tools
  readonly containers: Containers
  readonly folders: LocalFolders
  readonly limits: LocalLimits
  readonly environment: NodeJS.ProcessEnv
  readonly findImage: (image: ImageName) => Promise<FoundImage>
  /** Something about the deployment is worth another look. */
  readonly changed: (deploymentId: string) => void
}
