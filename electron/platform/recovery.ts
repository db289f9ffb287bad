import type { Clusters } from '../clusters/clusters.ts'
import type { Database } from '../database/open.ts'
import type { Reader } from '../database/reader.ts'
import { createRestore } from '../database/restore.ts'
import type { Writer } from '../database/writer.ts'
import type { LogStore } from '../logs/log-store.ts'
import type { SecretVersions } from '../secrets/secret-versions.ts'
import { createReadBack } from '../transfer/read-back.ts'
import type { createClusterSettings } from './cluster-settings.ts'
import { createLeftBehind } from './left-behind.ts'

/** Where records and clusters have lost each other: records that are given up, and those that are read back. */
export function createRecovery({
  database,
  now,
  clusters,
  driver,
  wake,
  ...deps
}: {
  reader: Reader
  writer: Writer
  database: Database
  secrets: SecretVersions
  logs: LogStore
  driver: Pick<Clusters, 'findRecords'>
  clusters: Pick<ReturnType<typeof createClusterSettings>, 'find' | 'update'>
  changed: (deploymentIds: readonly string[]) => void
  collect: () => void
  wake: (deploymentId: string) => void
  now: () => number
}) {
  const leftBehind = createLeftBehind({ ...deps, now, orm: database.orm })
  const readBack = createReadBack({
    ...deps,
    restore: createRestore(database, { now }),
    findRecords: driver.findRecords,
    settings: clusters.find,
    updateSettings: clusters.update,
    wake: id => {
      leftBehind.dismiss(id)
      wake(id)
    },
  })
  return { leftBehind, readBack }
}
