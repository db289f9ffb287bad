import { SlipwayError } from '../../shared/domain/failure.ts'
import type { ImageName } from '../../shared/domain/image.ts'
import type { Plan } from '../../shared/domain/plan.ts'
import type { Survey } from '../../shared/domain/survey.ts'
import type { ClusterDriver } from './driver.ts'
import type { FoundImage } from './image-plan.ts'
import type { LocalDriver } from './local/local-driver.ts'
import type { FoundDeployment } from './release-record.ts'

/** Every cluster as one driver: what is asked about a deployment goes to the driver of the cluster where it runs. */
export interface Clusters extends ClusterDriver {
  /** As the named Kubernetes cluster would follow it, else as this computer would. */
  advise(plan: Plan, clusterId?: string): Promise<Plan>
  findImage(image: ImageName, clusterId?: string): Promise<FoundImage>
  /** What this computer's deployments share, and what removed ones left on purpose. */
  measureShared: LocalDriver['measureShared']
  /** Of one cluster. */
  findRecords(clusterId?: string): Promise<readonly FoundDeployment[]>
  /** Of one cluster; of this computer if none is named. */
  survey(userId: string, signal?: AbortSignal, clusterId?: string): Promise<Survey>
  /** Ends the driver of a cluster whose settings changed or that is gone; the next question makes a new one. */
  reopen(clusterId: string): Promise<void>
}

interface Place {
  readonly id: string
  readonly kind: 'local' | 'kubernetes'
}

export function createClusters(deps: {
  local: LocalDriver
  /** Undefined when the deployment has no row: it was removed. */
  clusterOf: (deploymentId: string) => Place | undefined
  /** Makes the driver when the first deployment of the cluster is looked at. It connects when it has to. */
  createDriver: (clusterId: string) => Promise<ClusterDriver>
}): Clusters {
  const { local } = deps
  const opened = new Map<string, Promise<ClusterDriver>>()
  const watchers = new Set<(deploymentId: string) => void>()
  /** Where deployments were: removed ones are counted afterwards, as often as somebody asks. */
  const lastSeen = new Map<string, Place>()

  const open = (clusterId: string): Promise<ClusterDriver> => {
    const known = opened.get(clusterId)
    if (known !== undefined) return known
    const opening = deps.createDriver(clusterId).then(driver => {
      driver.watch(deploymentId => {
        for (const watcher of watchers) watcher(deploymentId)
      })
      return driver
    })
    opened.set(clusterId, opening)
    // One that could not be opened, such as for want of its kubeconfig, is tried anew by the next question.
    opening.catch(() => opened.delete(clusterId))
    return opening
  }

  const of = async (deploymentId: string): Promise<ClusterDriver> => {
    const place = deps.clusterOf(deploymentId) ?? lastSeen.get(deploymentId)
    if (place === undefined) throw gone
    lastSeen.set(deploymentId, place)
    return place.kind === 'local' ? local : open(place.id)
  }

  const close = async (clusterId: string): Promise<void> => {
    const opening = opened.get(clusterId)
    opened.delete(clusterId)
    await opening?.then(driver => driver.dispose()).catch(() => undefined)
  }

  return {
    advise: async (plan, clusterId) =>
      clusterId === undefined ? local.advise(plan) : (await open(clusterId)).advise(plan),
    findImage: async (image, clusterId) =>
      (clusterId === undefined ? local : await open(clusterId)).findImage(image),
    startBuild: async order => (await of(order.deploymentId)).startBuild(order),
    observeBuild: async build => (await of(build.deploymentId)).observeBuild(build),
    cancelBuild: async build => (await of(build.deploymentId)).cancelBuild(build),
    startCommand: async order => (await of(order.deploymentId)).startCommand(order),
    observeCommand: async command => (await of(command.deploymentId)).observeCommand(command),
    cancelCommand: async id => (await of(id)).cancelCommand(id),
    applyRelease: async order => (await of(order.deploymentId)).applyRelease(order),
    scale: async (id, instances) => (await of(id)).scale(id, instances),
    findDrift: async order => (await of(order.deploymentId)).findDrift(order),
    repair: async (order, kept) => (await of(order.deploymentId)).repair(order, kept),
    observe: async id => (await of(id)).observe(id),
    stop: async (id, isKept) => (await of(id)).stop(id, isKept),
    hasArtifact: async (id, artifact) => (await of(id)).hasArtifact(id, artifact),
    collect: async (id, artifacts) => (await of(id)).collect(id, artifacts),
    keep: async order => (await of(order.deploymentId)).keep(order),
    listKept: async id => (await of(id)).listKept(id),
    whyNotKept: async order => (await of(order.deploymentId)).whyNotKept(order),
    dropKept: async (id, path, inUse) => (await of(id)).dropKept(id, path, inUse),
    measure: async (id, signal) => (await of(id)).measure(id, signal),
    measureShared: local.measureShared,
    findWritten: async (order, signal) => (await of(order.deploymentId)).findWritten(order, signal),
    remove: async (id, keepAs) => (await of(id)).remove(id, keepAs),
    /** Of this computer: what runs in a cluster is not stopped because a copy of the database does not know it. */
    list: () => local.list(),
    findRecords: async clusterId => (clusterId === undefined ? local : await open(clusterId)).findRecords(),
    count: async id => (await of(id)).count(id),
    applyDomains: async id => (await of(id)).applyDomains(id),
    observeDomains: async id => (await of(id)).observeDomains(id),
    measureUsage: async id => (await of(id)).measureUsage(id),
    survey: async (userId, signal, clusterId) =>
      (clusterId === undefined ? local : await open(clusterId)).survey(userId, signal),
    addressOf: async id => (await of(id)).addressOf(id),
    execute: async (id, command) => (await of(id)).execute(id, command),
    openShell: async (id, wish) => (await of(id)).openShell(id, wish),
    dial: async target => (await of(target.deploymentId)).dial(target),
    watch(changed) {
      watchers.add(changed)
      const unwatch = local.watch(changed)
      return () => {
        watchers.delete(changed)
        unwatch()
      }
    },
    reopen: close,
    async dispose() {
      watchers.clear()
      const clusterIds = [...opened.keys()]
      await Promise.all([local.dispose(), ...clusterIds.map(close)])
    },
  }
}

const gone = new SlipwayError({
  code: 'not_found',
  message: 'There is no such deployment.',
  hint: 'Go back to the board.',
})
