import path from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import type { Connection } from '../../shared/domain/cluster.ts'
import type { ImageName } from '../../shared/domain/image.ts'
import type { Plan, PlanChoice } from '../../shared/domain/plan.ts'
import type { Cluster } from '../../shared/domain/records.ts'
import type { VariableList } from '../../shared/domain/variable.ts'
import type { Instance } from '../clusters/driver.ts'
import { createAccountRecords } from '../database/accounts.ts'
import { createDailyCopies } from '../database/copies.ts'
import { createDriftRecords } from '../database/drift.ts'
import { createGitHubReportRecords } from '../database/github-reports.ts'
import { createIds, findNewestId } from '../database/ids.ts'
import { lockFolder, openDatabase } from '../database/open.ts'
import { createPreviewRecords } from '../database/previews.ts'
import { createPushWatchRecords } from '../database/push-watches.ts'
import { createReader } from '../database/reader.ts'
import { createWriter } from '../database/writer.ts'
import { createGateway } from '../gateway/gateway.ts'
import { defaultCrashLimits } from '../pipeline/decide.ts'
import { createIntents } from '../pipeline/intents.ts'
import { createQueue } from '../pipeline/queue.ts'
import { createReconcile } from '../pipeline/reconcile.ts'
import { createSecretVersions } from '../secrets/secret-versions.ts'
import { createTransfer } from '../transfer/transfer.ts'
import { createAccounts } from './accounts.ts'
import { createBackups } from './backups.ts'
import { createBuildOutlook } from './build-outlook.ts'
import { createChanges } from './changes.ts'
import { createClusterDrivers } from './cluster-drivers.ts'
import { createClusterSettings } from './cluster-settings.ts'
import { createConnections } from './connections.ts'
import { createDeployOnPush } from './deploy-on-push.ts'
import { createDeploymentEvents } from './deployment-events.ts'
import { createDeploymentViews } from './deployment-views.ts'
import { createDiagnostics } from './diagnostics.ts'
import { createDomains } from './domains.ts'
import { createDrift } from './drift.ts'
import { stopWhatEndsWithSlipway } from './end.ts'
import { createFileWatch } from './file-watch.ts'
import { createGitHubReports } from './github-reports.ts'
import { createKeptFolders } from './kept-folders.ts'
import { createKeptKubeconfigs } from './kept-kubeconfigs.ts'
import { createMetrics } from './metrics.ts'
import { createPictures } from './pictures.ts'
import type { PlatformDeps } from './platform-deps.ts'
import { createRecovery } from './recovery.ts'
import { createRegistryPasswords } from './registry-passwords.ts'
import { countResidue } from './residue.ts'
import { createRoutes } from './routes.ts'
import { createSettings } from './settings.ts'
import { createServingOrders, createShells } from './shells.ts'
import { createSpace } from './space.ts'
import { noteRestoration, seed, stopUnknown } from './start.ts'
import { createSurvey } from './survey.ts'
import { createTraffic } from './traffic.ts'
import { createUsers } from './users.ts'
import { listVariables } from './variables.ts'

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
  const records = createAccountRecords(database, { newId, now })
  const loginsOf = (userId: string) => records.list().flatMap(one => (one.userId === userId ? one.login : []))
  const users = createUsers({ reader, writer, changed, loginsOf })
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
  const accounts = createAccounts({
    ...{ records, reader, writer, secrets, now },
    loadParts: deps.loadGitHub,
    clientId: deps.gitHubClientId,
    log: message => log.warn(message),
    changed: changes.touchOther,
  })
  const pictures = createPictures({ accounts, now, log: message => log.info(message) })
  const transfer = createTransfer({ reader, writer, secrets, collect: collectSecrets, changed, now })

  const seen = new Map<string, readonly Instance[]>()
  const events = createDeploymentEvents()
  const local = await deps.createDriver({
    folder: path.join(dataFolder, 'local'),
    nameOf: id => reader.deploymentRow(id)?.name ?? 'another deployment',
  })
  const connections = createConnections({ now, changed: () => changes.touchOther() })
  const registryPasswords = createRegistryPasswords(secrets)
  const kubeconfigs = createFileWatch({ changed: changes.touchOther })
  const driver = createClusterDrivers({
    reader,
    readRegistryPassword: registryPasswords.read,
    local,
    createKubernetesDriver: deps.createKubernetesDriver,
    noteConnection: connections.note,
    noteDomains: changes.touch,
  })

  const driftRecords = createDriftRecords(database, { now })
  const drift = createDrift({
    ...{ records: driftRecords, reader, writer, changed: changes.touch },
    intents: () => intents,
    wake: id => wake(id),
  })

  const limits = {
    ...defaultCrashLimits,
    buildTimeMs: 30 * 60_000,
    ...deps.limits,
    get builds() {
      return deps.limits?.builds ?? reader.settings().buildsAtOnce
    },
  }
  const lookAtQueued = () => {
    for (const id of reader.queuedDeploymentIds()) if (isOurs(id)) queue.add(id)
  }
  const withOutlook = createBuildOutlook(reader, limits)
  const reconcile = createReconcile({
    reader,
    writer,
    driver,
    drift: driftRecords,
    logs,
    resolve: secrets.resolve,
    loginFor: accounts.loginFor,
    onRemoved: collectSecrets,
    now,
    checkpoint: deps.checkpoint ?? (() => {}),
    limits,
    onSeen: (id, instances) => {
      const before = JSON.stringify(seen.get(id) ?? [])
      seen.set(id, instances)
      if (before !== JSON.stringify(instances)) changes.touch(id)
    },
    onDrift: drift.note,
    onChanged: id => changes.touch(id),
    onEvent: events.tell,
    onSlotFree: lookAtQueued,
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
  const intents = createIntents({
    ...{ reader, writer, sources, driver, secrets, wake, now },
    loginFor: accounts.loginFor,
  })
  const backups = createBackups({
    ...{ dataFolder, writer, driver, now },
    findAddOn: intents.findAddOn,
    restart: intents.restart,
  })
  const isOurs = (id: string) => !deps.isQuiet || asked.has(id)
  const wakeIfOurs = (id: string) => {
    if (isOurs(id)) queue.add(id)
  }
  const unwatch = driver.watch(wakeIfOurs)

  const traffic = createTraffic({ reader, writer, now })
  const resolve = createRoutes({ reader, driver, seen, noteAnswer: traffic.note })
  const gateway = await createGateway({ resolve, port: deps.gatewayPort ?? 7780, log })

  const shells = createShells({
    driver,
    servingOf: createServingOrders({ reader, resolve: secrets.resolve }),
  })
  const views = createDeploymentViews({
    ...{ reader, seen, gatewayPort: gateway.port, withOutlook },
    countDifferences: drift.count,
  })

  const metrics = createMetrics({
    reader,
    writer,
    driver,
    deploymentOf: views.deployment,
    trafficOf: traffic.of,
    running: () =>
      [...seen].filter(([, all]) => all.some(({ state }) => state === 'ready')).map(([id]) => id),
    now,
    measures: !deps.isQuiet,
  })

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

  /** Undefined for this computer. */
  const toElsewhere = (clusterId: string | undefined) =>
    clusterId !== undefined && reader.clusterSettings(clusterId) !== undefined ? clusterId : undefined

  const clusters = createClusterSettings({
    reader,
    writer,
    registryPasswords,
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
    watchFiles: kubeconfigs.set,
    changed: () => changes.touchOther(),
  })

  const pushes = createDeployOnPush({
    records: createPushWatchRecords(database),
    previewRecords: createPreviewRecords(database),
    ...{ reader, writer, accounts, sources, intents, clusters, changes, log, now },
    readPushed: deps.readPushed,
    pauses: deps.pushPauses,
    isQuiet: deps.isQuiet ?? false,
  })
  const reports = createGitHubReports({
    records: createGitHubReportRecords(database),
    ...{ reader, writer, accounts, changes, now },
    deploymentOf: views.deployment,
    isQuiet: deps.isQuiet ?? false,
    onError: (deploymentId, err) => log.error({ deploymentId, err }, 'GitHub could not be told'),
  })

  /** Of this computer: always there. */
  const connection = ({ id, kind }: Pick<Cluster, 'id' | 'kind'>): Connection =>
    kind === 'local' ? { state: 'connected', since: null, failure: null } : connections.of(id)

  return {
    dataFolder,
    gatewayPort: gateway.port,
    users,
    accounts,
    pictures,
    transfer,
    backups,
    reader,
    writer,
    intents,
    drift,
    pushes,
    previews: pushes.previews,
    reports,
    clusters,
    survey: createSurvey({ reader, driver }),
    ...createRecovery({
      ...{ reader, writer, database, secrets, logs, driver, clusters, changed, wake, now },
      collect: collectSecrets,
    }),
    connection,
    settings: createSettings({ reader, writer, logs, lookAtQueued, changed: changes.touchOther }),
    diagnostics: createDiagnostics({
      ...{ dataFolder, reader, secrets, connection, now },
      version: packageJson.version,
    }),
    sources,
    logs,
    shells,
    changes,
    /** As the cluster would follow it. */
    planOf: async (folder: string, where: PlanChoice & { clusterId?: string | undefined }): Promise<Plan> =>
      driver.advise(await deps.detectPlan(folder, where), toElsewhere(where.clusterId)),
    findImage: (image: ImageName, clusterId?: string) => driver.findImage(image, toElsewhere(clusterId)),
    findApps: deps.findApps,
    sampleFolder: path.join(deps.resourcesFolder, 'samples', 'hello'),
    ...views,
    /** What a queued build waits for is not on record. */
    withOutlook,
    deploymentCounts: () => reader.deploymentCounts(),
    keptFolders: createKeptFolders({ reader, driver, intents }),
    space: createSpace({ dataFolder, reader, driver, logs, now }),
    metrics,
    domains: createDomains({ reader, writer, driver, changed: changes.touch }),
    variables: (deploymentId: string): VariableList => listVariables(reader, deploymentId),
    residue: (id: string) => countResidue({ reader, driver, logs }, id),
    /** Tells of what ended: builds, rollouts, crashes. */
    onDeploymentEvent: events.listen,
    onChange: changes.listen,
    deploy: async (id: string): Promise<void> => {
      const { id: userId, name } = users.current()
      await intents.deploy(id, { userId, name, hasConsent: false })
    },
    /** Resolves when no deployment is being worked on. */
    idle: () => queue.idle(),
    /** Ends the platform. With `stopApps`, apps that are not set to keep running are stopped; the next start runs them again. */
    dispose: async ({ stopApps }: { stopApps: boolean }): Promise<void> => {
      unwatch()
      await pushes.dispose()
      await reports.dispose()
      await queue.dispose()
      await gateway.dispose()
      shells.dispose()
      pictures.dispose()
      metrics.dispose()
      traffic.dispose()
      if (stopApps) await stopWhatEndsWithSlipway(reader, driver)
      await driver.dispose()
      await logs.dispose()
      unwatchDisk()
      kubeconfigs.dispose()
      changes.dispose()
      dailyCopies.dispose()
      database.close()
      unlock()
    },
  }
}
