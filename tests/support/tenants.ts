import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { memberBuildNamespace, tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { kubectl } from './cluster.ts'

/** What users have outlives their apps. For the end of tests: that of the users of a data folder goes too. */
export async function removeTenants(dataFolder: string): Promise<void> {
  const file = join(dataFolder, 'slipway.db')
  if (!existsSync(file)) return
  const database = new Sqlite(file, { readonly: true })
  const ids = database.prepare<[], string>('SELECT id FROM users').pluck().all()
  database.close()
  const namespaces = ids.flatMap(id => [tenantNamespace(id), memberBuildNamespace(id)])
  const bindings = ids.map(id => `slipway-member-${tenantNamespace(id)}`)
  await kubectl('delete', 'clusterrolebinding', ...bindings, '--ignore-not-found')
  await kubectl('delete', 'namespace', ...namespaces, '--ignore-not-found', '--wait=false')
}
