import { readdir, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { DeploymentSpace, TotalSpace } from '../../shared/domain/space.ts'
import type { Clusters } from '../clusters/clusters.ts'
import type { ClusterDriver } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'
import type { LogStore } from '../logs/log-store.ts'
import { createShared } from './shared-work.ts'

/** For all deployments together; what was not looked at by then is not counted. */
const mostMs = 20_000
const freshMs = 60_000

/** What Slipway takes of this computer's disk. */
export function createSpace(deps: {
  dataFolder: string
  reader: Reader
  driver: Pick<ClusterDriver, 'measure'> & Pick<Clusters, 'measureShared'>
  logs: Pick<LogStore, 'sizes'>
  now: () => number
}) {
  const { dataFolder, reader, driver, logs } = deps

  const logBytesOf = (deploymentId: string, sizes: ReadonlyMap<string, number>): number =>
    [`runtime-${deploymentId}`, ...reader.buildIdsOf(deploymentId).map(id => `build-${id}`)].reduce(
      (sum, name) => sum + (sizes.get(name) ?? 0),
      0,
    )

  const measure = async (asked: AbortSignal): Promise<TotalSpace> => {
    const signal = AbortSignal.any([asked, AbortSignal.timeout(mostMs)])
    const [sizes, database, shared, disk] = await Promise.all([
      logs.sizes(),
      measureDatabase(dataFolder),
      driver.measureShared(signal),
      statfs(dataFolder),
    ])
    const deployments: TotalSpace['deployments'] = []
    // One after the other: they would only wait for the same disk.
    for (const { id, name, cluster } of reader.deployments()) {
      const nothing = { checkouts: 0, kept: 0, isComplete: true }
      const own = cluster.kind === 'local' ? await driver.measure(id, signal) : nothing
      deployments.push({ id, name, ...own, logs: logBytesOf(id, sizes) })
    }
    const sum = (values: Iterable<number>) => [...values].reduce((total, bytes) => total + bytes, 0)
    const parts = {
      checkouts: sum(deployments.map(one => one.checkouts)),
      kept: sum(deployments.map(one => one.kept)),
      setAside: shared.setAside,
      logs: sum(sizes.values()),
      tools: shared.tools,
      database,
    }
    const most = (one: DeploymentSpace) => one.checkouts + one.kept + one.logs
    return {
      ...parts,
      deployments: deployments.toSorted((a, b) => most(b) - most(a)),
      total: sum(Object.values(parts)),
      free: disk.bavail * disk.bsize,
      isComplete: shared.isComplete && deployments.every(one => one.isComplete),
    }
  }

  return {
    of: async (deploymentId: string, signal?: AbortSignal): Promise<DeploymentSpace> => {
      const [own, sizes] = await Promise.all([driver.measure(deploymentId, signal), logs.sizes()])
      return { ...own, logs: logBytesOf(deploymentId, sizes) }
    },
    /** At most a minute old. Those who ask meanwhile get the same; the last one to leave ends it. */
    total: createShared(measure, { freshMs, now: deps.now }),
  }
}

async function measureDatabase(dataFolder: string): Promise<number> {
  const own = (await readdir(dataFolder)).filter(name => name.startsWith('slipway.db'))
  const copies = await readdir(path.join(dataFolder, 'copies')).catch(() => [])
  const files = [...own, ...copies.map(name => path.join('copies', name))]
  const sizes = await Promise.all(
    files.map(async name => (await stat(path.join(dataFolder, name)).catch(() => undefined))?.size ?? 0),
  )
  return sizes.reduce((sum, bytes) => sum + bytes, 0)
}
