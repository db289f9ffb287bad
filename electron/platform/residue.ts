import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Residue } from '../../shared/domain/records.ts'
import type { ClusterDriver } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'
import type { LogStore } from '../logs/log-store.ts'

/** Counts again what is left of a removed deployment; undefined while its row is there. */
export async function countResidue(
  { reader, driver, logs }: { reader: Reader; driver: ClusterDriver; logs: LogStore },
  id: string,
): Promise<Residue | undefined> {
  if (reader.deploymentRow(id)) return undefined
  const [{ processes, checkouts }, hasLog] = await Promise.all([
    driver.count(id),
    logs.exists({ kind: 'runtime', id }),
  ])
  const [last] = reader.activity({ deploymentId: id, limit: 1 })
  const place = last?.verb === 'removed' ? last.detail : ''
  // A volume is not looked for on this computer.
  const isKept = isAbsolute(place) ? existsSync(place) : place !== ''
  const keptData = isKept ? place : null
  return { processes, checkouts, logs: hasLog ? 1 : 0, rows: reader.countRowsOf(id), keptData }
}
