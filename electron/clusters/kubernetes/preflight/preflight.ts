import type { Check, ClusterSettings, PreflightEvent } from '../../../../shared/domain/cluster.ts'
import { createApi } from '../api.ts'
import { ApiError, toClusterFailure } from '../api-failure.ts'
import { findBuildReach } from '../build/build-reach.ts'
import { openContext } from '../kubeconfig.ts'
import { memberBuildNamespace, tenantNamespace } from '../names.ts'
import { toRegistryAccess } from '../registry/access.ts'
import { connectToRegistry } from '../registry/connect.ts'
import { findRouters } from '../release/routers.ts'
import { askPerson } from './api-questions.ts'
import { type CheckTask, type Finding, lack, type PreflightContext, warning } from './check-task.ts'
import { runProofs } from './proofs.ts'
import { questions } from './questions.ts'
import { toRbac } from './rbac.ts'
import type { MemberNamespaces, Role } from './rights.ts'

const questionsMs = 10_000

interface PreflightOrder {
  readonly settings: ClusterSettings
  readonly readRegistryPassword: () => Promise<string | undefined>
  readonly userId: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks the cluster what it can do for us. Every check is named at once and answered as soon as it can be, all within ten
 * seconds. Changes nothing. Where the cluster does not answer, that is the one lack, and nothing else is asked.
 */
export async function* askQuestions(order: PreflightOrder): AsyncGenerator<PreflightEvent> {
  const { signal } = order
  const limit = AbortSignal.any([AbortSignal.timeout(questionsMs), ...(signal === undefined ? [] : [signal])])
  for (const { name, title } of questions) yield { name, title, check: null }
  const [first, ...rest] = questions as [CheckTask, ...CheckTask[]]
  const opened = open(order)
  const reached =
    'api' in opened ? await answer(first, opened, limit) : { name: first.name, title: first.title, ...opened }
  yield { name: first.name, title: first.title, check: reached }
  if (reached.result === 'lack' || !('api' in opened)) return
  yield* asTheyCome(rest.map(task => answer(task, opened, limit)))
}

/** Tries what cannot be asked. Only where the cluster answers. */
export async function* prove(order: PreflightOrder): AsyncGenerator<PreflightEvent> {
  const opened = open(order)
  if ('api' in opened) yield* runProofs(opened, order.signal)
}

/** What whoever runs the cluster applies, so that this person becomes an owner or a member. */
export async function writeRbac(order: {
  settings: ClusterSettings
  userId: string
  role: Role
  /** Of what the user deploys there: builds may have to reach servers that are not on the internet. */
  gitUrls: readonly string[]
}): Promise<string> {
  const { settings, userId, role, gitUrls } = order
  try {
    const api = createApi(openContext(settings))
    const person = await askPerson({ api })
    if (role === 'owner') return toRbac({ role, person })
    const [routers, reach] = await Promise.all([
      findRouters({ api, settings }),
      findBuildReach(api, { settings, registry: settings.registry, gitUrls }),
    ])
    return toRbac({ role, person, ownerId: userId, limits: settings, routers, reach })
  } catch (error) {
    throw toClusterFailure(error, settings.context)
  }
}

function open({ settings, userId, readRegistryPassword }: PreflightOrder): PreflightContext | Finding {
  try {
    const api = createApi(openContext(settings))
    const registry = toRegistryAccess({
      settings,
      readPassword: readRegistryPassword,
      connect: () => connectToRegistry(api),
    })
    return { api, settings, registry, namespaces: toMemberNamespaces(userId), now: Date.now }
  } catch (error) {
    return toFinding(error, settings, lack)
  }
}

const toMemberNamespaces = (userId: string): MemberNamespaces => ({
  tenant: tenantNamespace(userId),
  build: memberBuildNamespace(userId),
})

async function answer(task: CheckTask, context: PreflightContext, signal: AbortSignal): Promise<Check> {
  const { name, title } = task
  const late = new Promise<Finding>(resolve => {
    signal.addEventListener('abort', () => resolve(unanswered), { once: true })
  })
  const asked = task.ask(context, signal).catch(error => {
    if (error instanceof ApiError && error.status === 403) return hidden
    return toFinding(error, context.settings, task === questions[0] ? lack : warning)
  })
  return { name, title, ...(await Promise.race([asked, late])) }
}

async function* asTheyCome(answers: readonly Promise<Check>[]): AsyncGenerator<PreflightEvent> {
  const waiting = new Map(answers.map((promise, at) => [at, promise.then(check => ({ at, check }))]))
  while (waiting.size > 0) {
    const { at, check } = await Promise.race(waiting.values())
    waiting.delete(at)
    yield { name: check.name, title: check.title, check }
  }
}

const unanswered = warning('The cluster did not answer in time.', 'Check again when it is less busy.')

const hidden = warning(
  'You may not look.',
  'Slipway goes on without knowing. Whoever runs the cluster can tell, or let you look.',
)

function toFinding(error: unknown, { context }: ClusterSettings, as: typeof lack): Finding {
  const { message, hint } = toClusterFailure(error, context).failure
  return as(message, hint)
}
