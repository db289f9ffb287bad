import { statfs } from 'node:fs/promises'
import { arch, availableParallelism, freemem, release, totalmem, type } from 'node:os'
import {
  type Amounts,
  addAmounts,
  byName,
  mostDeployments,
  noAmounts,
  type Survey,
  type SurveyedDeployment,
} from '../../../shared/domain/survey.ts'
import type { Instance, InstanceUsage } from '../driver.ts'
import type { LocalContext } from './local-deps.ts'

type Deps = Pick<LocalContext, 'folders' | 'nameOf' | 'now'> & {
  readonly folder: string
  readonly builds: { countRunning(): number }
  readonly observe: (deploymentId: string) => Promise<readonly Instance[]>
  readonly measureUsage: (deploymentId: string) => Promise<readonly InstanceUsage[]>
}

/** What this computer has, and what of it apps take. It belongs to whoever runs Slipway, who sees all of it. */
export function createSurvey(deps: Deps) {
  const { folders, builds, now } = deps

  const toDeployment = async (id: string): Promise<SurveyedDeployment | undefined> => {
    const instances = (await deps.observe(id)).filter(one => one.state !== 'exited')
    if (instances.length === 0) return undefined
    const ready = instances.filter(one => one.state === 'ready').length
    // Of one in a container nothing is known.
    const use = await deps.measureUsage(id).catch(() => undefined)
    return {
      ...{ id, name: deps.nameOf?.(id) ?? id, isDatabase: false, instances: instances.length, ready },
      ...{ requests: null, limits: null },
      use: use === undefined || use.length === 0 ? null : use.reduce<Amounts>(addAmounts, noAmounts),
    }
  }

  return async (_userId: string, signal?: AbortSignal): Promise<Survey> => {
    const [disk, found] = await Promise.all([
      statfs(deps.folder),
      Promise.all(folders.listDeployments().map(toDeployment)),
    ])
    signal?.throwIfAborted()
    const deployments = found.flatMap(one => one ?? []).sort(byName)
    return {
      ...{ kind: 'local', at: now(), system: `${type()} ${release()}`, architecture: arch() },
      cores: availableParallelism(),
      memory: { total: totalmem(), free: freemem() },
      disk: { total: disk.blocks * disk.bsize, free: disk.bavail * disk.bsize },
      there: {
        found: {
          ...{ scope: 'all', count: deployments.length, builds: builds.countRunning(), volumes: [] },
          deployments: deployments.slice(0, mostDeployments),
          instances: deployments.reduce((all, one) => all + one.ready, 0),
          ...{ requests: null, limits: null },
          use: { found: deployments.map(one => one.use ?? noAmounts).reduce(addAmounts, noAmounts) },
        },
      },
    }
  }
}
