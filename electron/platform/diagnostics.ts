import { open } from 'node:fs/promises'
import { arch, cpus, homedir, release, totalmem } from 'node:os'
import path from 'node:path'
import type { Connection } from '../../shared/domain/cluster.ts'
import type { Cluster } from '../../shared/domain/records.ts'
import { createTextMask } from '../clusters/masking.ts'
import type { Reader } from '../database/reader.ts'
import type { SecretVersions } from '../secrets/secret-versions.ts'
import { maskCredentials } from '../sources/mask.ts'

/** Of the end of Slipway's own log. */
const mostLogBytes = 256 * 1024

/**
 * What somebody who helps would ask for, as JSON: versions, settings, counts, connections and the end of Slipway's own log. No names
 * of repositories or apps but those in the log; no secret, and the person's home folder is `~`.
 */
export function createDiagnostics(deps: {
  dataFolder: string
  version: string
  reader: Reader
  secrets: Pick<SecretVersions, 'readAll'>
  connection: (cluster: Cluster) => Connection
  now: () => number
}) {
  const { dataFolder, reader, secrets } = deps

  const ownLog = async (): Promise<readonly string[] | string> => {
    // Without them nobody can tell whether one stands in the log.
    const values = await secrets.readAll().catch(() => undefined)
    if (values === undefined) return 'left out: the secret store cannot be read'
    const lines = await readEnd(path.join(dataFolder, 'slipway.log'))
    const mask = createTextMask(values)
    return lines.map(line => mask(maskCredentials(line)))
  }

  return async (): Promise<string> => {
    const { currentUserId: _user, gitHubClientIds: _clients, ...settings } = reader.settings()
    const value = {
      at: new Date(deps.now()).toISOString(),
      slipway: deps.version,
      system: {
        platform: process.platform,
        release: release(),
        arch: arch(),
        cores: cpus().length,
        memory: totalmem(),
        versions: process.versions,
      },
      dataFolder,
      settings,
      users: reader.users().length,
      deployments: reader.deploymentCounts(),
      clusters: reader.clusters().map(cluster => {
        const { state, since, failure } = deps.connection(cluster)
        return { kind: cluster.kind, name: cluster.name, state, since, failure }
      }),
      log: await ownLog(),
    }
    return JSON.stringify(value, null, 2).replaceAll(homedir(), '~')
  }
}

/** Whole lines of the end of a file; none where it is not there. */
async function readEnd(file: string): Promise<string[]> {
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) return []
  try {
    const { size } = await handle.stat()
    const from = Math.max(size - mostLogBytes, 0)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from)
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
    return lines.slice(from === 0 ? 0 : 1).filter(line => line !== '')
  } finally {
    await handle.close()
  }
}
