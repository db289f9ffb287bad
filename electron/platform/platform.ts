import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { mostAtOnce } from '../../shared/contract/contract.ts'
import { type ClusterSettings, type Connection, toHost } from '../../shared/domain/cluster.ts'
import { type Failure, SlipwayError, toFailure } from '../../shared/domain/failure.ts'
import type { Plan } from '../../shared/domain/plan.ts'
import type { Cluster, Deployment, Health, Residue, Restoration } from '../../shared/domain/records.ts'
import type { VariableList } from '../../shared/domain/variable.ts'
import { createClusters } from '../clusters/clusters.ts'
import type { ClusterDriver, Instance } from '../clusters/driver.ts'
import type { DeploymentFacts } from '../clusters/kubernetes/kubernetes-deps.ts'
import type { LocalDriver } from '../clusters/local/local-driver.ts'
import { createDailyCopies } from '../database/copies.ts'
import { createIds, findNewestId } from '../database/ids.ts'
import { lockFolder, openDatabase } from '../database/open.ts'
import { createReader, type StoredDeployment } from '../database/reader.ts'
import { createWriter } from '../database/writer.ts'
import { createGateway, type GatewayRoute } from '../gateway/gateway.ts'
import type { LogStore } from '../logs/log-store.ts'
import type { DeploymentEvent } from '../pipeline/apply.ts'
import { defaultCrashLimits } from '../pipeline/decide.ts'
import type { Checkpoint } from '../pipeline/effects.ts'
import { createIntents } from '../pipeline/intents.ts'
import { createQueue } from '../pipeline/queue.ts'
import { createReconcile, type ReconcileDeps } from '../pipeline/reconcile.ts'
import type { PlaceRecord } from '../secrets/secret-place.ts'
import type { SecretStore } from '../secrets/secret-store.ts'
import { createSecretVersions } from '../secrets/secret-versions.ts'
import type { SourceReader } from '../sources/source-reader.ts'
import { createTransfer } from '../transfer/transfer.ts'
import { createChanges } from './changes.ts'
import { createClusterSettings } from './cluster-settings.ts'
import { createConnections } from './connections.ts'
import { createDomains } from './domains.ts'
import { toHealth, toRoute } from './health.ts'
import { createKeptFolders } from './kept-folders.ts'
import { createKeptKubeconfigs } from './kept-kubeconfigs.ts'
import { type Notice, toNotice } from './notice.ts'
import { createSpace } from './space.ts'
import { createUsers, seedUser } from './users.ts'
import { listVariables } from './variables.ts'

/** What differs between the desktop, the browser session, the command line and the tests. */
export interface PlatformDeps {
  readonly dataFolder: string
  readonly resourcesFolder: string
  readonly log: Logger
  readonly logs: LogStore
  readonly sources: SourceReader
  readonly detectPlan: (folder: string, root?: string) => Promise<Plan>
  /** Folders of a checkout that have an app each. */
  readonly findApps: (folder: string) => Promise<string[]>
  readonly createDriver: (deps: {
    folder: string
    nameOf: (deploymentId: string) => string
  }) => Promise<LocalDriver>
  readonly createKubernetesDriver: (deps: {
    clusterId: string
    settings: ClusterSettings
    describe: (deploymentId: string) => DeploymentFacts
    noteConnection: (failure: Failure | null) => void
  }) => Promise<ClusterDriver>
  /** `record` remembers which store this data folder uses. */
  readonly createSecretStore: (record: PlaceRecord) => SecretStore
  readonly gatewayPort?: number
  readonly now?: () => number
  readonly checkpoint?: Checkpoint
  readonly limits?: Partial<ReconcileDeps['limits']>
  /** Works only on what is asked for; what else is unfinished is left as it is. */
  readonly isQuiet?: boolean
  /** Ends the hold on the data folder, when the caller took it already. */
  readonly unlock?: () => void
}

export type Platform = Awaited<ReturnType<typeof createPlatform>>

/** Builds all of Slipway that is not a surface. Whatever was unfinished is picked up. */
export async function createPlatform(deps: PlatformDeps) {
  const now = deps.now ?? Date.now
  const { dataFolder, log, logs, sources } = deps
  const unlock = deps.unlock ?? lockFolder(dataFolder)
  const databaseFile = path.join(dataFolder, 'slipway.db')
  const database = openDatabase(databaseFile, { now })
  const reader = createReader(database.orm)
  const newId = createIds(now, findNewestId(database.sqlite))
  const writer = createWriter(database, { newId, now })
  seed(reader, writer)
  const { restoration } = database
  if (restoration !== undefined) noteRestoration(writer, restoration)
  const dailyCopies = createDailyCopies({
    sqlite: database.sqlite,
    file: databaseFile,
    now,
    onError: error => log.warn({ err: error }, 'the database could not be copied'),
  })

  const changes = createChanges()
  const changed = (deploymentIds: readonly string[]) => {
    for (const id of deploymentIds) changes.touch(id)
    changes.touchOther()
  }
  const users = createUsers({ reader, writer, changed })
  const unwatchDisk = logs.onDisk(changes.touchOther)
  const secrets = createSecretVersions({
    reader,
    writer,
    store: deps.createSecretStore({
      read: () => reader.settings().secretPlace,
      write: place => {
        writer.setting('secretPlace', place)
        changes.touchOther()
      },
    }),
  })
  const collectSecrets = () =>
    void secrets.collect().catch(error => log.warn({ err: error }, 'unused secrets could not be deleted'))
  const transfer = createTransfer({ reader, writer, secrets, collect: collectSecrets, changed, now })

  const seen = new Map<string, readonly Instance[]>()
  const listeners = new Set<(event: DeploymentEvent) => void>()
  const local = await deps.createDriver({
    folder: path.join(dataFolder, 'local'),
    nameOf: id => reader.deploymentRow(id)?.name ?? 'another deployment',
  })
  const connections = createConnections({ now, changed: () => changes.touchOther() })
  const driver = createClusters({
    local,
    clusterOf: id => reader.deployment(id)?.cluster,
    createDriver: async clusterId => {
      const settings = reader.clusterSettings(clusterId)
      if (settings === undefined) throw new Error(`cluster ${clusterId} has no row`)
      return deps
        .createKubernetesDriver({
          clusterId,
          settings,
          describe: id => describeDeployment(reader, id),
          noteConnection: failure => connections.note(clusterId, failure),
        })
        .catch(error => {
          connections.note(clusterId, toFailure(error))
          throw error
        })
    },
  })

  const reconcile = createReconcile({
    reader,
    writer,
    driver,
    logs,
    resolve: secrets.resolve,
    onRemoved: collectSecrets,
    now,
    checkpoint: deps.checkpoint ?? (() => {}),
    limits: { ...defaultCrashLimits, builds: 2, buildTimeMs: 30 * 60_000, ...deps.limits },
    onSeen: (id, instances) => {
      const before = JSON.stringify(seen.get(id) ?? [])
      seen.set(id, instances)
      if (before !== JSON.stringify(instances)) changes.touch(id)
    },
    onChanged: id => changes.touch(id),
    onEvent: event => {
      for (const listener of listeners) listener(event)
    },
    onSlotFree: () => {
      for (const id of reader.queuedDeploymentIds()) if (isOurs(id)) queue.add(id)
    },
  })
  const queue = createQueue({
    look: reconcile,
    onError: (deploymentId, error, attempt) =>
      log.error({ deploymentId, err: error, attempt }, 'reconcile failed'),
  })
  const asked = new Set<string>()
  const wake = (id: string) => {
    asked.add(id)
    changes.touch(id)
    queue.add(id)
  }
  const intents = createIntents({ reader, writer, sources, driver, secrets, wake, now })
  const isOurs = (id: string) => !deps.isQuiet || asked.has(id)
  const wakeIfOurs = (id: string) => {
    if (isOurs(id)) queue.add(id)
  }
  const unwatch = driver.watch(wakeIfOurs)

  const dial = async (row: { id: string; servingReleaseId: string | null }): Promise<Duplex> =>
    driver.dial({ deploymentId: row.id, releaseId: row.servingReleaseId ?? '' })

  const resolveRoute = async (name: string): Promise<GatewayRoute> => {
    const row = reader.deploymentNamed(name)
    if (!row) return { state: 'unknown' }
    const stored = reader.deployment(row.id)
    if (!stored) return { state: 'unknown' }
    return toRoute({
      deployment: stored,
      run: row.run,
      instances: seen.get(row.id) ?? [],
      dial: () => dial(row),
    })
  }
  const gateway = await createGateway({ resolve: resolveRoute, port: deps.gatewayPort ?? 7780, log })

  const healthOf = (stored: StoredDeployment): Health => toHealth(stored, seen.get(stored.id) ?? [])
  const toUrls = (stored: StoredDeployment, settings: ClusterSettings | undefined) => {
    const localUrl = `http://${stored.name}.localhost:${gateway.port}/`
    const host = settings === undefined ? undefined : toHost(stored.name, settings)
    return {
      url: host === undefined ? localUrl : `${settings?.issuer ? 'https' : 'http'}://${host}/`,
      localUrl,
    }
  }
  /** The settings of a cluster are read once for all that is deployed there. */
  const toDeployments = (all: readonly StoredDeployment[]): Deployment[] => {
    const clusterIds = new Set(all.map(one => one.cluster.id))
    const settings = new Map([...clusterIds].map(id => [id, reader.clusterSettings(id)]))
    return all.map(stored => ({
      ...stored,
      ...toUrls(stored, settings.get(stored.cluster.id)),
      health: healthOf(stored),
    }))
  }

  if (restoration !== undefined) await stopUnknown(reader, local)
  /** A cluster that does not answer is no reason not to start. */
  const observeOrNothing = (id: string) =>
    driver.observe(id).catch(error => {
      log.warn({ deploymentId: id, err: error }, 'it is not known what is there')
      return []
    })
  collectSecrets()
  const see = async (id: string) => seen.set(id, await observeOrNothing(id))
  if (deps.isQuiet) await Promise.all(reader.deploymentIds().map(see))
  else for (const id of reader.deploymentIds()) queue.add(id)

  return {
    dataFolder,
    gatewayPort: gateway.port,
    users,
    transfer,
    reader,
    writer,
    intents,
    clusters: createClusterSettings({
      reader,
      writer,
      kept: createKeptKubeconfigs({ folder: path.join(dataFolder, 'kubeconfigs'), newId }),
      reopen: async clusterId => {
        connections.forget(clusterId)
        await driver.reopen(clusterId)
        for (const { id } of reader.deploymentsOn(clusterId)) {
          changes.touch(id)
          wakeIfOurs(id)
        }
      },
      noteConnection: connections.note,
      changed: () => changes.touchOther(),
    }),
    /** Of this computer: always there. */
    connection: ({ id, kind }: Pick<Cluster, 'id' | 'kind'>): Connection =>
      kind === 'local' ? { state: 'connected', since: null, failure: null } : connections.of(id),
    sources,
    logs,
    changes,
    /** As the cluster would follow it. */
    planOf: async (
      folder: string,
      where: { root?: string | undefined; clusterId?: string | undefined },
    ): Promise<Plan> => {
      const isElsewhere =
        where.clusterId !== undefined && reader.clusterSettings(where.clusterId) !== undefined
      return driver.advise(
        await deps.detectPlan(folder, where.root),
        isElsewhere ? where.clusterId : undefined,
      )
    },
    findApps: deps.findApps,
    sampleFolder: path.join(deps.resourcesFolder, 'samples', 'hello'),
    /** Those that changed last come first. */
    deployments: (limit?: number): Deployment[] => toDeployments(reader.deployments(limit)),
    /** The newest first, or those of the ids. */
    deploymentPage: ({
      before,
      ids,
    }: {
      before?: string | undefined
      ids?: readonly string[] | undefined
    }): Deployment[] =>
      toDeployments(
        ids === undefined
          ? reader.deploymentPage({ before, limit: mostAtOnce })
          : reader.deploymentsOfIds(ids),
      ),
    deployment: (id: string): Deployment | undefined => toDeployments(reader.deploymentsOfIds([id]))[0],
    deploymentCounts: () => reader.deploymentCounts(),
    keptFolders: createKeptFolders({ reader, driver, intents }),
    space: createSpace({ dataFolder, reader, driver, logs, now }),
    domains: createDomains({ reader, writer, driver, changed: changes.touch }),
    variables: (deploymentId: string): VariableList => listVariables(reader, deploymentId),
    /** Counts again what is left of a removed deployment; undefined while its row is there. */
    residue: async (id: string): Promise<Residue | undefined> => {
      if (reader.deploymentRow(id)) return undefined
      const [{ processes, checkouts }, hasLog] = await Promise.all([
        driver.count(id),
        logs.exists({ kind: 'runtime', id }),
      ])
      const [last] = reader.activity({ deploymentId: id, limit: 1 })
      const keptData = last?.verb === 'removed' && existsSync(last.detail) ? last.detail : null
      return { processes, checkouts, logs: hasLog ? 1 : 0, rows: reader.countRowsOf(id), keptData }
    },
    /** Tells of what ended: builds, rollouts, crashes. */
    onDeploymentEvent: (listener: (notice: Notice) => void): (() => void) => {
      const told = (event: DeploymentEvent) => listener(toNotice(event))
      listeners.add(told)
      return () => void listeners.delete(told)
    },
    /** Called when something changed, a few times a second at the most. */
    onChange: (listener: () => void): (() => void) => {
      const end = new AbortController()
      void (async () => {
        for await (const _change of changes.watch(end.signal)) listener()
      })()
      return () => end.abort()
    },
    deploy: async (id: string): Promise<void> => {
      const { id: userId, name } = users.current()
      await intents.deploy(id, { userId, name, hasConsent: false })
    },
    /** Resolves when no deployment is being worked on. */
    idle: () => queue.idle(),
    /** Whether anything would end with Slipway. */
    isRunningAnything: () =>
      reader
        .deployments()
        .some(one => one.cluster.kind === 'local' && !one.keepsRunning && healthOf(one).ready > 0),
    /** Ends the platform. With `stopApps`, apps that are not set to keep running are stopped; the next start runs them again. */
    dispose: async ({ stopApps }: { stopApps: boolean }): Promise<void> => {
      unwatch()
      await queue.dispose()
      await gateway.dispose()
      if (stopApps) await stopWhatEndsWithSlipway(reader, driver)
      await driver.dispose()
      await logs.dispose()
      unwatchDisk()
      changes.dispose()
      dailyCopies.dispose()
      database.close()
      unlock()
    },
  }
}

function describeDeployment(reader: ReturnType<typeof createReader>, id: string): DeploymentFacts {
  const stored = reader.deployment(id)
  if (stored) return { name: stored.name, owner: stored.owner, hosts: reader.hostsOf(id) }
  throw new SlipwayError({
    code: 'not_found',
    message: 'There is no such deployment.',
    hint: 'Go back to the board.',
  })
}

async function stopWhatEndsWithSlipway(
  reader: ReturnType<typeof createReader>,
  driver: ClusterDriver,
): Promise<void> {
  const onThisComputer = reader.deployments().filter(one => one.cluster.kind === 'local')
  const stops = onThisComputer.flatMap(one => [
    ...reader
      .unfinishedBuilds(one.id)
      .filter(build => build.status === 'running')
      .map(build => driver.cancelBuild({ buildId: build.id, deploymentId: one.id })),
    // What crashed stays: the next start has to know how often, and what was given up.
    ...(one.keepsRunning ? [] : [driver.stop(one.id, instance => instance.state === 'exited')]),
  ])
  await Promise.all(stops)
}

function noteRestoration(writer: ReturnType<typeof createWriter>, restoration: Restoration): void {
  writer.transaction(() => {
    writer.setting('restoration', restoration)
    const detail = `a copy of ${new Date(restoration.copyAt).toISOString()}`
    writer.activity({ user: 'slipway', verb: 'restored', deploymentId: null, deployment: null, detail })
  })
}

/** What was made after the copy has no row: it must not run on unseen. Its files stay. */
async function stopUnknown(reader: ReturnType<typeof createReader>, driver: ClusterDriver): Promise<void> {
  const known = new Set(reader.deploymentIds())
  const unknown = (await driver.list()).filter(id => !known.has(id))
  await Promise.all(unknown.map(id => driver.stop(id, () => false)))
}

/** The rows that are always there: this computer, and its user. */
function seed(reader: ReturnType<typeof createReader>, writer: ReturnType<typeof createWriter>): void {
  writer.transaction(() => {
    if (!reader.clusters().some(one => one.kind === 'local')) writer.cluster('local', 'This computer')
    seedUser(reader, writer, os.userInfo().username)
  })
}
