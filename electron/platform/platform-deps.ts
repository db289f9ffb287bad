import type { Logger } from 'pino'
import type { ClusterSettings } from '../../shared/domain/cluster.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { Plan, PlanChoice } from '../../shared/domain/plan.ts'
import type { ClusterDriver } from '../clusters/driver.ts'
import type { DeploymentFacts } from '../clusters/kubernetes/kubernetes-deps.ts'
import type { LocalDriver } from '../clusters/local/local-driver.ts'
import type { LogStore } from '../logs/log-store.ts'
import type { Checkpoint } from '../pipeline/effects.ts'
import type { ReconcileDeps } from '../pipeline/reconcile.ts'
import type { PlaceRecord } from '../secrets/secret-place.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import type { GitHubParts } from '../sources/github/parts.ts'
import type { ReadPushedCommit } from '../sources/pushed-commit.ts'
import type { SourceReader } from '../sources/source-reader.ts'
import type { PushPauses } from './push-watch.ts'

/** What differs between the desktop, the browser session, the command line and the tests. */
export interface PlatformDeps {
  readonly dataFolder: string
  readonly resourcesFolder: string
  readonly log: Logger
  readonly logs: LogStore
  readonly sources: SourceReader
  readonly readPushed: ReadPushedCommit
  readonly pushPauses?: PushPauses
  readonly detectPlan: (folder: string, choice?: PlanChoice) => Promise<Plan>
  /** Folders of a checkout that have an app each. */
  readonly findApps: (folder: string) => Promise<string[]>
  readonly createDriver: (deps: {
    folder: string
    nameOf: (deploymentId: string) => string
  }) => Promise<LocalDriver>
  readonly createKubernetesDriver: (deps: {
    clusterId: string
    settings: ClusterSettings
    /** Of the registry's user; undefined where none is set. */
    readRegistryPassword: () => Promise<string | undefined>
    describe: (deploymentId: string) => DeploymentFacts
    hasOthers: (deploymentId: string) => boolean
    noteConnection: (failure: Failure | null) => void
    noteDomains: (deploymentId: string) => void
  }) => Promise<ClusterDriver>
  /** `record` remembers which store this data folder uses. */
  readonly createSecretStore: (record: PlaceRecord) => SecretStore
  /** Whoever never signs in does without it. */
  readonly loadGitHub: () => Promise<GitHubParts>
  /** Of the app that this Slipway signs in with at github.com. */
  readonly gitHubClientId: string | undefined
  readonly gatewayPort?: number
  readonly now?: () => number
  readonly checkpoint?: Checkpoint
  readonly limits?: Partial<ReconcileDeps['limits']>
  /** Works only on what is asked for; what else is unfinished is left as it is. */
  readonly isQuiet?: boolean
  /** Ends the hold on the data folder, when the caller took it already. */
  readonly unlock?: () => void
}
