import type { Duplex } from 'node:stream'
import type { V1Pod } from '@kubernetes/client-node'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { KubernetesContext } from './kubernetes-deps.ts'
import { labels } from './names.ts'
import { openForward } from './port-forward.ts'
import { isReady, portOfPod } from './release/pods.ts'

/** A connection that was opened before it is needed is given away for this long. */
const spareMs = 15_000

interface Spare {
  readonly pod: string
  readonly connection: Promise<Duplex>
}

/**
 * One TCP connection to a pod that is ready now, through the API server's port-forward. The next one is opened ahead, so that
 * it costs nothing when it is asked for.
 */
export function createDial(
  context: KubernetesContext,
  releases: { podsOf(deploymentId: string): Promise<V1Pod[]> },
) {
  const spares = new Map<string, Spare>()

  const open = (pod: V1Pod): Promise<Duplex> =>
    openForward(context.api.config, {
      namespace: pod.metadata?.namespace ?? '',
      pod: pod.metadata?.name ?? '',
      port: portOfPod(pod) ?? 0,
    })

  const openAhead = (deploymentId: string, pod: V1Pod) => {
    const connection = open(pod)
    const spare = { pod: pod.metadata?.uid ?? '', connection }
    spares.set(deploymentId, spare)
    const forget = () => {
      if (spares.get(deploymentId) === spare) spares.delete(deploymentId)
    }
    connection.then(
      opened => {
        const timer = setTimeout(() => {
          if (spares.get(deploymentId) === spare) opened.destroy()
        }, spareMs)
        opened.on('error', forget)
        opened.once('close', () => {
          clearTimeout(timer)
          forget()
        })
        opened.once('end', forget)
      },
      () => forget(),
    )
  }

  /** The spare one, if it leads to this pod and is whole. */
  const takeSpare = async (deploymentId: string, pod: V1Pod): Promise<Duplex | undefined> => {
    const spare = spares.get(deploymentId)
    if (spare === undefined) return undefined
    spares.delete(deploymentId)
    const opened = await spare.connection.catch(() => undefined)
    if (opened === undefined || opened.destroyed || opened.readableEnded) return undefined
    if (spare.pod === pod.metadata?.uid) return opened
    opened.destroy()
    return undefined
  }

  return {
    async dial(target: { deploymentId: string; releaseId: string }): Promise<Duplex> {
      const { deploymentId, releaseId } = target
      const ready = (await releases.podsOf(deploymentId)).filter(isReady)
      const isOfRelease = (pod: V1Pod) => pod.metadata?.labels?.[labels.release] === releaseId
      // While one release follows the other, whichever is ready serves.
      const pod = ready.find(isOfRelease) ?? ready[0]
      if (pod === undefined) throw notReachable()
      const connection = (await takeSpare(deploymentId, pod)) ?? (await open(pod))
      openAhead(deploymentId, pod)
      return connection
    },
    async dispose(): Promise<void> {
      const opened = [...spares.values()].map(spare => spare.connection)
      spares.clear()
      for (const connection of opened) await connection.then(one => one.destroy()).catch(() => undefined)
    },
  }
}

const notReachable = () =>
  new SlipwayError({
    code: 'unavailable',
    message: 'The app takes no connection now.',
    hint: 'Wait until it is ready, or look into its log.',
  })
