import type { Duplex, Readable, Writable } from 'node:stream'
import type { AddOn } from '../../shared/domain/add-on.ts'
import type { Domain } from '../../shared/domain/domain.ts'
import type { Difference } from '../../shared/domain/drift.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { ImageName } from '../../shared/domain/image.ts'
import type { WrittenFiles } from '../../shared/domain/kept-folder.ts'
import type { Plan, PlanEdits } from '../../shared/domain/plan.ts'
import type { Commit, Residue, Source, Step } from '../../shared/domain/records.ts'
import type { ShellEnd, ShellSize } from '../../shared/domain/shell.ts'
import type { SizeName } from '../../shared/domain/size.ts'
import type { DeploymentSpace } from '../../shared/domain/space.ts'
import type { Survey } from '../../shared/domain/survey.ts'
import type { GitLogin } from '../sources/source-reader.ts'
import type { FoundImage } from './image-plan.ts'
import type { FoundDeployment, ReleaseRecord } from './release-record.ts'

export interface BuildKey {
  readonly buildId: string
  readonly deploymentId: string
}

/** What to build. Doing it twice for one `buildId` makes nothing twice. */
export interface BuildOrder extends BuildKey {
  readonly source: Source
  readonly branch: string
  /** The exact commit; for a folder or an image, the digest that was seen when the build was asked for. */
  readonly sha: string
  readonly planEdits: PlanEdits
  readonly port: number | null
  readonly timeLimitMs: number
  readonly variables: Readonly<Record<string, string>>
  /** Values that must not be seen in the log. */
  readonly secrets: readonly string[]
  /** For a repository that asks who reads it. */
  readonly gitLogin?: GitLogin | undefined
  /** Nothing that was built before is taken. */
  readonly isFresh?: boolean
}

/** A build as the driver sees it. `artifact` names the runnable thing (local: a folder; kubernetes: an image by digest). */
export type BuildObservation =
  | { readonly state: 'absent' }
  | ({ readonly state: 'running' } & BuildProgress)
  | ({
      readonly state: 'succeeded'
      readonly artifact: string
      readonly plan: Plan
      readonly commit: Commit
    } & {
      readonly steps: readonly Step[]
    })
  | ({ readonly state: 'failed'; readonly failure: Failure } & BuildProgress)

export interface BuildProgress {
  readonly steps: readonly Step[]
  readonly plan?: Plan
  readonly commit?: Commit
}

/**
 * What to run. A higher run of the same release is a restart. `size` and `instances` have no effect where a cluster bounds
 * nothing and has one instance a run, as this computer.
 */
export interface ReleaseOrder {
  readonly deploymentId: string
  readonly releaseId: string
  /** Counts from 1 in each release. */
  readonly run: number
  readonly artifact: string
  readonly plan: Plan
  readonly port: number | null
  /** It is ready when this path answers; when it takes a connection otherwise. */
  readonly healthPath?: string | undefined
  /** It listens nowhere: it is ready when it has run for a while. */
  readonly isWorker?: boolean | undefined
  readonly size: SizeName
  readonly instances: number
  readonly variables: Readonly<Record<string, string>>
  /** Values that must not be seen in the log. */
  readonly secrets: readonly string[]
  /** Paths below the app's folder at which it finds the data of its deployment. */
  readonly keptFolders: readonly string[]
  /** It is a database, with a volume and one instance. */
  readonly addOn?: AddOn | undefined
  /** What to write down beside it, for whoever has to fill a database again. */
  readonly record?: ReleaseRecord | undefined
}

/** A command that runs once for a release, in what the release will run in. */
export interface CommandOrder extends ReleaseOrder {
  readonly command: string
  readonly timeLimitMs: number
}

/** `failed`: it may have done a part of its work. */
export type CommandObservation =
  | { readonly state: 'absent' | 'running' | 'succeeded' }
  | { readonly state: 'failed'; readonly failure: Failure }

export interface CommandKey {
  readonly deploymentId: string
  readonly releaseId: string
}

/** What was applied, as far as it can be compared with what is there: of variables, only the names. */
export interface DriftOrder extends Omit<ReleaseOrder, 'variables' | 'secrets' | 'record'> {
  readonly variableNames: readonly string[]
}

/** What a release could run from, and the folders that its deployment keeps. */
export type KeepOrder = Pick<ReleaseOrder, 'deploymentId' | 'artifact' | 'plan' | 'keptFolders'>

/**
 * One instance (local: a supervised process group). Finished instances are listed until they are forgotten.
 * `fixedPort`: it listens on this port whatever it is offered, so it cannot overlap with a successor.
 */
export interface Instance {
  readonly releaseId: string
  readonly run: number
  readonly state: 'starting' | 'ready' | 'exited'
  /** Process id or pod name; empty before it has one. */
  readonly name: string
  readonly startedAt: number
  readonly readyAt: number | null
  readonly exitedAt: number | null
  readonly port: number | null
  readonly fixedPort: number | null
  /** How often it was started again in its place, where the cluster does that by itself. */
  readonly restarts?: number
  /** How many of its run the cluster means to have; only where it can have several. Those that are ready come first. */
  readonly outOf?: number
  /** Why it exited, was given up or is not ready, ready to be shown; set when `exited` and it was not asked to stop. */
  readonly failure: Failure | null
}

/** What an instance takes now. `cpu`: CPUs; `memory`: bytes. */
export interface InstanceUsage {
  readonly name: string
  readonly cpu: number
  readonly memory: number
}

/** A program without a terminal. `input` ends with `end()`; `output` waits for its reader. Destroyed, either ends the program. */
export interface Execution {
  readonly input: Writable
  readonly output: Readable
  /** Settles with the program, when all its output was read. `said`: the end of what it said beside that, without secrets. */
  readonly ended: Promise<{ exitCode: number | null; said: string }>
}

/** A program with a terminal. `terminal`: its keys and its screen; destroyed, the program is hung up. */
export interface ShellWish extends ShellSize {
  /** The name of the instance; any that is ready otherwise. */
  readonly instance?: string | undefined
  /** What serves, with its variables, for whoever has to know. */
  readonly serving: () => Promise<ReleaseOrder>
}

export interface Shell {
  readonly terminal: Duplex
  /** Settles with the program. */
  readonly ended: Promise<ShellEnd>
  resize(size: ShellSize): void
}

/** The one way to a cluster. The pipeline, the logs, the gateway and the screens know only this. */
export interface ClusterDriver {
  /** The plan with what this cluster says to it before it is built: notes on what it lacks or has to fetch. */
  advise(plan: Plan): Promise<Plan>
  /** What an image that is there already is, and how it runs, without the person's port. Throws `image_unavailable`. */
  findImage(image: ImageName): Promise<FoundImage>
  /** Begins the build unless it is there already; returns when it is under way. */
  startBuild(order: BuildOrder): Promise<void>
  observeBuild(build: BuildKey): Promise<BuildObservation>
  /** Resolves when nothing of the build runs any more. The finished or half-made artifact is gone. */
  cancelBuild(build: BuildKey): Promise<void>

  /** Begins the command of a release unless it is there already, running or ended. What another release's has left goes. */
  startCommand(order: CommandOrder): Promise<void>
  observeCommand(command: CommandKey): Promise<CommandObservation>
  /** Resolves when nothing of a command of the deployment runs any more, nor anything tells of it. */
  cancelCommand(deploymentId: string): Promise<void>

  /** Starts the run unless it is there already (running or exited). */
  applyRelease(order: ReleaseOrder): Promise<void>
  /** Every instance of the deployment, from what is there, not from memory. */
  observe(deploymentId: string): Promise<readonly Instance[]>
  /** Another number of instances of what runs; nothing is started anew. Only asked where an instance says `outOf`. */
  scale(deploymentId: string, instances: number): Promise<void>
  /** What others have changed of a run that was applied. Nothing where nobody else could. */
  findDrift(order: DriftOrder): Promise<readonly Difference[]>
  /** The run is there again as it was applied, but for the differences that are kept, by their keys. */
  repair(order: ReleaseOrder, kept: readonly string[]): Promise<void>
  /** Stops (TERM, grace, KILL, whole group) and forgets the instances that `isKept` does not keep. */
  stop(deploymentId: string, isKept: (instance: Instance) => boolean): Promise<void>
  /** Whether the artifact of a finished build is still there; undefined where that cannot be told now. */
  hasArtifact(deploymentId: string, artifact: string): Promise<boolean | undefined>
  /** Deletes build artifacts of the deployment that are not named. */
  collect(deploymentId: string, artifacts: readonly string[]): Promise<void>
  /**
   * Keeps folders of an app that may be running: what it wrote becomes the data of the deployment, and it goes on in it. Does
   * nothing where the artifact is gone.
   */
  keep(order: KeepOrder): Promise<void>
  /** Folders of the deployment of which there is data, and where. */
  listKept(deploymentId: string): Promise<readonly { readonly path: string; readonly place: string }[]>
  /** Why the folder cannot be kept, as the artifact has it; undefined when it can. */
  whyNotKept(order: KeepOrder): Promise<Failure | undefined>
  /** Deletes the data of a folder. Throws `conflict` while an app that runs from one of the artifacts uses it. */
  dropKept(deploymentId: string, path: string, inUse: readonly KeepOrder[]): Promise<void>
  /** How much of the disk the deployment takes. Bounded, and slow. */
  measure(deploymentId: string, signal?: AbortSignal): Promise<Omit<DeploymentSpace, 'logs'>>
  /** What the app has written beside what its build made. */
  findWritten(order: KeepOrder, signal?: AbortSignal): Promise<WrittenFiles>
  /**
   * Stops all and deletes all that is there of the deployment, builds included. `keepAs`: what it kept is moved out of it, to a
   * place of that name; resolves to that place, if there is something in it.
   */
  remove(deploymentId: string, keepAs: string | null): Promise<string | null>
  /** Every deployment of which something is there. */
  list(): Promise<readonly string[]>
  /** What is written down beside everything that is there; nothing where only the database knows. */
  findRecords(): Promise<readonly FoundDeployment[]>
  /** Counts what is there of the deployment. `logs` and `rows` are counted elsewhere. */
  count(deploymentId: string): Promise<Pick<Residue, 'processes' | 'checkouts'>>

  /** The deployment's hosts lead to it from now on, as its records say. Nothing where a cluster has no addresses. */
  applyDomains(deploymentId: string): Promise<void>
  /** Every host that leads to the deployment, with its certificate. */
  observeDomains(deploymentId: string): Promise<readonly Domain[]>

  /** What the instances of the deployment take now. Throws `unavailable` where nothing measures it. */
  measureUsage(deploymentId: string): Promise<readonly InstanceUsage[]>

  /**
   * What there is room for, and what Slipway has there, as far as this user may see it. Bounded, changes nothing. Throws where the
   * cluster does not answer.
   */
  survey(userId: string, signal?: AbortSignal): Promise<Survey>

  /** Where deployments of the same owner reach an add-on. */
  addressOf(deploymentId: string): Promise<{ host: string; port: number }>
  /** Runs a program in a ready instance. */
  execute(deploymentId: string, command: readonly string[]): Promise<Execution>

  /** A shell in a ready instance, or on this computer in the place and with the variables of what serves; in a database, its engine's own. */
  openShell(deploymentId: string, wish: ShellWish): Promise<Shell>
  /** Opens one TCP connection to a ready instance of the release. */
  dial(target: { deploymentId: string; releaseId: string }): Promise<Duplex>
  /** Names the deployment that should be looked at again. Carries no data. Returns the end of the watch. */
  watch(changed: (deploymentId: string) => void): () => void
  /** Ends watching and timers. Instances go on. */
  dispose(): Promise<void>
}
