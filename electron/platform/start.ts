import os from 'node:os'
import type { Restoration } from '../../shared/domain/records.ts'
import type { ClusterDriver } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import { seedUser } from './users.ts'

export function noteRestoration(writer: Writer, restoration: Restoration): void {
  writer.transaction(() => {
    writer.setting('restoration', restoration)
    const detail = `a copy of ${new Date(restoration.copyAt).toISOString()}`
    writer.activity({ user: 'slipway', verb: 'restored', deploymentId: null, deployment: null, detail })
  })
}

/** What was made after the copy has no row: it must not run on unseen. Its files stay. */
export async function stopUnknown(reader: Reader, driver: ClusterDriver): Promise<void> {
  const known = new Set(reader.deploymentIds())
  const unknown = (await driver.list()).filter(id => !known.has(id))
  await Promise.all(unknown.map(id => driver.stop(id, () => false)))
}

/** The rows that are always there: this computer, and its user. */
export function seed(reader: Reader, writer: Writer): void {
  writer.transaction(() => {
    if (!reader.clusters().some(one => one.kind === 'local')) writer.cluster('local', 'This computer')
    seedUser(reader, writer, os.userInfo().username)
  })
}
