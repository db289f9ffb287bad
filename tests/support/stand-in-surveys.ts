import type { Deployment } from '../../shared/domain/records.ts'
import type { Room, Survey, SurveyedDeployment, SurveyedNode } from '../../shared/domain/survey.ts'

const gib = 1024 ** 3
const mib = 1024 ** 2

const node = (name: string, requested: Room, more: Partial<SurveyedNode> = {}): SurveyedNode => ({
  ...{ name, isReady: true, isSchedulable: true, architecture: 'amd64', kubelet: 'v1.36.3' },
  ...{ pressures: [], allocatable: { cpu: 4, memory: 15.4 * gib, pods: 110 }, requested },
  ...more,
})

/** Three nodes, one short of memory and one that takes nothing new; beside what is on record, something of another Slipway. */
export function toOwnerSurvey(deployments: readonly Deployment[], now: number): Survey {
  const there: SurveyedDeployment[] = deployments.map(({ id, name, addOn }, index) => ({
    ...{ id, name, isDatabase: addOn !== null, instances: addOn === null ? 2 : 1 },
    ready: addOn === null ? 2 : 1,
    requests: { cpu: 0.1, memory: 128 * mib },
    limits: { cpu: 1, memory: 512 * mib },
    use: { cpu: 0.031 * (index + 1), memory: (84 + 40 * index) * mib },
  }))
  const foreign: SurveyedDeployment = {
    ...{ id: '01j0000000000000000000000z', name: 'wiki', isDatabase: false, instances: 2, ready: 1 },
    requests: { cpu: 0.2, memory: 256 * mib },
    limits: { cpu: 2, memory: 1024 * mib },
    use: { cpu: 0.006, memory: 96 * mib },
  }
  return {
    ...{ kind: 'kubernetes', at: now, version: 'v1.36.3' },
    nodes: {
      found: {
        list: [
          node('k3s-2', { cpu: 3.6, memory: 14.1 * gib, pods: 61 }, { pressures: ['memory'] }),
          node('k3s-3', { cpu: 0.4, memory: 0.6 * gib, pods: 9 }, { isSchedulable: false }),
          node('k3s-1', { cpu: 1.85, memory: 4.2 * gib, pods: 34 }),
        ],
        count: 3,
        allocatable: { cpu: 12, memory: 46.2 * gib, pods: 330 },
        requested: { found: { cpu: 5.85, memory: 18.9 * gib, pods: 104 } },
      },
    },
    there: {
      found: {
        ...{
          scope: 'all',
          deployments: [...there, foreign],
          count: there.length + 1,
          instances: 4,
          builds: 1,
        },
        volumes: [
          { purpose: 'database', count: 1, bytes: 8 * gib },
          { purpose: 'kept', count: 1, bytes: 2 * gib },
          { purpose: 'build-state', count: 2, bytes: 24 * gib },
        ],
        requests: { cpu: 0.65, memory: 1.1 * gib },
        limits: { cpu: 6, memory: 5 * gib },
        use: { found: { cpu: 0.92, memory: 0.8 * gib } },
      },
    },
  }
}

/** What a member may see of a cluster where nothing is deployed yet. */
export const toMemberSurvey = (now: number): Survey => ({
  ...{ kind: 'kubernetes', at: now, version: 'v1.35.1' },
  nodes: {
    missing: {
      code: 'cluster_denied',
      message: 'You may not look at the nodes.',
      hint: 'Whoever runs the cluster can let you: slipway cluster rbac client-gke member prints the rights.',
    },
  },
  there: {
    found: {
      ...{ scope: 'own', deployments: [], count: 0, instances: 0, builds: 0, volumes: [] },
      ...{ requests: { cpu: 0, memory: 0 }, limits: { cpu: 0, memory: 0 } },
      use: { found: { cpu: 0, memory: 0 } },
    },
  },
})

export function toLocalSurvey(deployments: readonly Deployment[], now: number): Survey {
  const there: SurveyedDeployment[] = deployments
    .filter(({ health }) => health.ready > 0)
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ id, name }, index) => ({
      ...{ id, name, isDatabase: false, instances: 1, ready: 1, requests: null, limits: null },
      use: { cpu: 0.012 * (index + 1), memory: (60 + 24 * index) * mib },
    }))
  return {
    ...{ kind: 'local', at: now, system: 'Linux 6.8.0', architecture: 'x64', cores: 8 },
    memory: { total: 31.2 * gib, free: 18.4 * gib },
    disk: { total: 476 * gib, free: 212 * gib },
    there: {
      found: {
        ...{ scope: 'all', deployments: there, count: there.length, instances: there.length, builds: 1 },
        ...{ volumes: [], requests: null, limits: null },
        use: {
          found: {
            cpu: there.reduce((all, one) => all + (one.use?.cpu ?? 0), 0),
            memory: there.reduce((all, one) => all + (one.use?.memory ?? 0), 0),
          },
        },
      },
    },
  }
}
