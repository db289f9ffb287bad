import type {
  KubernetesObject,
  V1Deployment,
  V1Job,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StatefulSet,
} from '@kubernetes/client-node'
import { type Failure, SlipwayError } from '../../../../shared/domain/failure.ts'
import type { Part, Survey, SurveyedThings } from '../../../../shared/domain/survey.ts'
import { toClusterFailure } from '../api-failure.ts'
import { isForbidden, orNothing } from '../closed-addresses.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { labels, managed, memberBuildNamespace, tenantNamespace } from '../names.ts'
import type { Kind } from '../objects.ts'
import { readUsage, toUse } from '../usage.ts'
import { findRequested, toNodes } from './nodes.ts'
import { deploymentOf, type FoundThings, type PodUse, toThings } from './things.ts'

type Deps = Pick<KubernetesContext, 'api' | 'settings' | 'now'>

const mostMs = 10_000

/**
 * What the cluster has room for, and what Slipway has there. Changes nothing. What this person may not see, and what has not
 * come within ten seconds, is missing and says why. Throws where the cluster does not answer at all.
 */
export function createSurvey({ api, settings, now }: Deps, limitMs = mostMs) {
  const { context } = settings
  return async (userId: string, asked?: AbortSignal): Promise<Survey> => {
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(toLate(context, limitMs)), limitMs)
    const signal = asked === undefined ? limit.signal : AbortSignal.any([limit.signal, asked])
    const look = { api, settings, signal }
    // What signs requests may take its time, too, and knows no signal.
    const within = <T>(work: Promise<T>): Promise<T> => Promise.race([work, untilAborted(signal)])
    try {
      // Asked alone: without its answer there are no others.
      const version = await within(askVersion(look))
      const [nodes, there] = await Promise.all([
        toPart(within(surveyNodes(look)), { asked, denied: noNodes, context }),
        toPart(within(surveyThings(look, userId)), { asked, denied: nothingSeen, context }),
      ])
      return { kind: 'kubernetes', at: now(), version, nodes, there }
    } catch (error) {
      asked?.throwIfAborted()
      throw toClusterFailure(error, context)
    } finally {
      clearTimeout(timer)
    }
  }
}

type Look = Pick<Deps, 'api' | 'settings'> & { readonly signal: AbortSignal }

const askVersion = async ({ api, signal }: Look): Promise<string | null> => {
  const said = await api
    .find<{ gitVersion?: string }>('/version', undefined, { signal })
    .catch(error => (isForbidden(error) ? undefined : Promise.reject(error)))
  return said?.gitVersion ?? null
}

async function surveyNodes({ api, settings: { context }, signal }: Look) {
  const [nodes, requested] = await Promise.all([
    api.list<V1Node>('Node', {}, { signal }),
    toPart(findRequested(api, signal), { denied: noRequests, context }),
  ])
  return toNodes(nodes, requested)
}

async function surveyThings(look: Look, userId: string): Promise<SurveyedThings> {
  const { api, settings, signal } = look
  const own = [{ namespace: tenantNamespace(userId) }, { namespace: memberBuildNamespace(userId) }]
  const ours = `${labels.managedBy}=${managed[labels.managedBy]}`
  const all = await api.list<V1Deployment>('Deployment', {}, { labels: ours, signal }).catch(error => {
    if (!isForbidden(error)) throw error
    return undefined
  })
  const scope = all === undefined ? 'own' : 'all'
  const places = scope === 'all' ? [{}] : own
  /** Whoever may not look in one of the places has nothing there. */
  const list = async <T extends KubernetesObject>(kind: Kind, fields?: string): Promise<T[]> => {
    const found = places.map(place => orNothing(api.list<T>(kind, place, { labels: ours, fields, signal })))
    return (await Promise.all(found)).flat()
  }
  const [apps, databases, jobs, pods, claims, states, use] = await Promise.all([
    all ?? api.list<V1Deployment>('Deployment', own[0] ?? {}, { labels: ours, signal }),
    list<V1StatefulSet>('StatefulSet'),
    list<V1Job>('Job'),
    list<V1Pod>('Pod', 'status.phase!=Succeeded,status.phase!=Failed'),
    list<V1PersistentVolumeClaim>('PersistentVolumeClaim'),
    orNothing(
      api.list<V1PersistentVolume>(
        'PersistentVolume',
        {},
        { labels: `${ours},${labels.buildState}`, signal },
      ),
    ),
    // Of builds a member may not see it.
    toPart(findUse({ api, settings, signal }, places[0] ?? {}), {
      denied: noRequests,
      context: settings.context,
    }),
  ])
  const found: FoundThings = { scope, apps, databases, jobs, pods, claims, states, use }
  return toThings(found)
}

const findUse = async (look: Look, place: { namespace?: string }): Promise<PodUse[]> =>
  (await readUsage(look, place, look.signal)).map(item => ({
    deploymentId: deploymentOf(item),
    ...toUse(item),
  }))

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

/** One who left is not told what was missing. */
async function toPart<T>(
  work: Promise<T>,
  { asked, denied, context }: { asked?: AbortSignal | undefined; denied: Denied; context: string },
): Promise<Part<T>> {
  try {
    return { found: await work }
  } catch (error) {
    asked?.throwIfAborted()
    const missing: Failure = isForbidden(error)
      ? { code: 'cluster_denied', ...denied(context) }
      : toClusterFailure(error, context).failure
    return { missing }
  }
}

type Denied = (context: string) => Pick<Failure, 'message' | 'hint'>

const noNodes: Denied = context => ({
  message: 'You may not look at the nodes.',
  hint: `Whoever runs the cluster can let you: slipway cluster rbac ${context} member prints the rights.`,
})

const noRequests: Denied = () => ({
  message: 'What others asked for is not shown to you, so what is free is not known.',
  hint: 'Only an owner sees the pods of all. What you may take yourself is in the quota.',
})

const nothingSeen: Denied = context => ({
  message: 'You may not look at what Slipway has there.',
  hint: `Give whoever runs the cluster the rights of a member to apply: slipway cluster rbac ${context} member.`,
})

const toLate = (context: string, limitMs: number): SlipwayError =>
  new SlipwayError({
    code: 'unavailable',
    message: `The cluster ${context} did not answer within ${limitMs / 1000} s.`,
    hint: 'Look again when it is less busy.',
  })
