import type { V1Pod } from '@kubernetes/client-node'
import type { Failure } from '../../../../shared/domain/failure.ts'
import { askHealth } from '../../health.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { labels } from '../names.ts'
import { toPath } from '../objects.ts'
import { openForward } from '../port-forward.ts'
import { findListening } from './listening.ts'
import { containerName } from './manifests.ts'
import type { Masks } from './masks.ts'
import type { Trouble } from './trouble.ts'
import { type Evidence, toTroubleFailure } from './trouble-words.ts'

const shownLines = 20

/** Looks closer at a trouble, once for each, and puts it in words. */
export function createTroubleReport(context: KubernetesContext, masks: Masks) {
  const { api } = context
  const known = new Map<string, Promise<Failure>>()

  const gather = async (trouble: Trouble): Promise<Evidence> => {
    const { pod } = trouble
    if (pod === undefined) return { lines: [], listening: [] }
    switch (trouble.kind) {
      case 'crash':
      case 'memory':
        return { lines: await readCrash(pod, trouble.isRunning), listening: [] }
      case 'silent': {
        const { port, path } = trouble
        const [lines, listening] = await Promise.all([readLines(pod, false), findListening(api, pod, port)])
        if (path === undefined || !listening.some(one => one.port === port)) return { lines, listening }
        return { lines, listening, health: await askPod(pod, { port, path }) }
      }
      default:
        return { lines: [], listening: [] }
    }
  }

  /** The kubelet only says that it was not well. */
  const askPod = async (pod: V1Pod, { port, path }: { port: number; path: string }) => {
    const { namespace = '', name = '' } = pod.metadata ?? {}
    const connection = await openForward(api.config, { namespace, pod: name, port }).catch(() => undefined)
    if (connection === undefined) return null
    const answer = await askHealth({ host: pod.status?.podIP ?? 'localhost', port, path, connection })
    connection.destroy()
    return answer
  }

  /** The container may have been started again since it was looked at: then its lines are those of the one before. */
  const readCrash = async (pod: V1Pod, isPrevious: boolean): Promise<string[]> => {
    const lines = await readLines(pod, isPrevious)
    return lines.length > 0 ? lines : readLines(pod, !isPrevious)
  }

  /** The last lines of the app; `isPrevious`: of the one that ran before it. */
  const readLines = async (pod: V1Pod, isPrevious: boolean): Promise<string[]> => {
    const { namespace = '', name = '' } = pod.metadata ?? {}
    const path = `${toPath('Pod', { namespace, name })}/log`
    const query = {
      container: containerName,
      tailLines: shownLines,
      limitBytes: 64 * 1024,
      previous: isPrevious,
    }
    try {
      const mask = await masks.of(namespace, pod.metadata?.labels?.[labels.release] ?? '')
      const stream = await api.stream(path, query, AbortSignal.timeout(10_000))
      const parts: Buffer[] = []
      for await (const part of stream) parts.push(part)
      const text = Buffer.concat(parts).toString().replace(/\n$/, '')
      return text === '' ? [] : text.split('\n').map(mask)
    } catch {
      // Its log is gone with it: the reason stands without.
      return []
    }
  }

  const tell = (trouble: Trouble): Promise<Failure> => {
    const key = toKey(trouble)
    const found = known.get(key)
    if (found !== undefined) return found
    if (known.size >= 200) known.clear()
    const made = gather(trouble).then(evidence => toTroubleFailure(trouble, evidence))
    known.set(key, made)
    made.catch(() => known.delete(key))
    return made
  }
  return Object.assign(tell, { readLines })
}
export type TroubleReport = ReturnType<typeof createTroubleReport>

function toKey(trouble: Trouble): string {
  const { pod, ...said } = trouble
  return `${pod?.metadata?.uid ?? ''} ${JSON.stringify(said)}`
}
