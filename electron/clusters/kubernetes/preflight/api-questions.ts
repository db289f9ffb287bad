import type { V1SelfSubjectAccessReview, V1SelfSubjectReview, V1StorageClass } from '@kubernetes/client-node'
import { ApiError } from '../api-failure.ts'
import { isDefaultClass } from '../storage-class.ts'
import { type Finding, lack, ok, type PreflightContext, warning } from './check-task.ts'
import { type RightQuestion, type Role, toQuestions } from './rights.ts'

/** The first with the pause before a pod ends that a rollout without a failed request needs. */
const oldestMinor = 30

export async function askApi({ api }: PreflightContext): Promise<Finding> {
  const version = await api.find<{ gitVersion: string; major: string; minor: string }>('/version')
  if (version === undefined)
    return lack('It has no version: this is no Kubernetes API.', 'Look at the server in the kubeconfig.')
  const minor = Number.parseInt(version.minor, 10)
  return Number(version.major) > 1 || minor >= oldestMinor
    ? ok(`It answers, as ${version.gitVersion}.`)
    : warning(
        `It answers, as ${version.gitVersion}. Slipway is made for 1.${oldestMinor} and later.`,
        'Requests may fail while a release is rolled out. Ask for an update of the cluster.',
      )
}

const askWho = ({ api }: Pick<PreflightContext, 'api'>): Promise<V1SelfSubjectReview> =>
  api.ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
  })

/** How the API server calls whoever the kubeconfig stands for. */
export async function askPerson(context: Pick<PreflightContext, 'api'>): Promise<string> {
  return (await askWho(context)).status?.userInfo?.username ?? 'NAME'
}

const maxSkewMs = 60_000

/** By the time on an answer, which has whole seconds. */
export async function askClock(context: PreflightContext): Promise<Finding> {
  const asked = context.now()
  const { metadata } = await askWho(context)
  const said = metadata?.creationTimestamp
  if (said === undefined || said === null) return ok('It does not say what time it has.')
  const skewMs = new Date(said).getTime() - (asked + context.now()) / 2
  if (Math.abs(skewMs) < maxSkewMs) return ok('Its clock and the one of this computer agree.')
  return warning(
    `Its clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the one of this computer.`,
    'Set both clocks by a time server: certificates and sign-ins can be refused otherwise.',
  )
}

export async function askRights(context: PreflightContext): Promise<Finding> {
  const missing = await findMissing('owner', context)
  const needed = missing.filter(({ right }) => !right.isOptional)
  if (needed.length === 0) return said('You may do all that Slipway needs, as an owner.', missing)
  if (!needed.some(({ right }) => right.isOwnerOnly)) return refused(needed, 'owner', context)
  const asMember = await findMissing('member', context)
  const neededAsMember = asMember.filter(({ right }) => !right.isOptional)
  if (neededAsMember.length === 0)
    return said(`You may work in ${context.namespaces.tenant}, as a member.`, asMember)
  if (neededAsMember.every(({ namespace }) => namespace === context.namespaces.build))
    return {
      ...refused(
        neededAsMember,
        'member',
        context,
        'You may deploy images that are there already, and build nothing. ',
      ),
      isOfBuilds: true,
    }
  // Whoever has next to nothing yet may become either; a member is the smaller wish.
  return neededAsMember.length < needed.length
    ? refused(neededAsMember, 'member', context)
    : refused(needed, 'owner', context)
}

function said(sentence: string, optional: readonly RightQuestion[]): Finding {
  if (optional.length === 0) return ok(sentence)
  return warning(
    `${sentence} What you may not: ${toList(optional)}.`,
    'Slipway goes on without them, and cannot tell what they would show.',
  )
}

function refused(
  missing: readonly RightQuestion[],
  role: Role,
  { settings }: PreflightContext,
  begin = '',
): Finding {
  return lack(
    `${begin}You may not: ${toList(missing)}.`,
    `Give whoever runs the cluster the rights of a${role === 'owner' ? 'n owner' : ' member'} to apply.`,
    `slipway cluster rbac ${settings.context} ${role}`,
  )
}

/** Such as `create and delete secrets (needed to ...)`. */
function toList(missing: readonly RightQuestion[]): string {
  const rights = [...new Set(missing.map(({ right }) => right))]
  const texts = rights.map(right => {
    const verbs = new Set(missing.filter(one => one.right === right).map(one => one.verb))
    return `${[...verbs].join(', ')} ${right.resource} (needed ${right.why})`
  })
  return texts.length <= 6 ? texts.join('; ') : `${texts.slice(0, 6).join('; ')} and ${texts.length - 6} more`
}

/** How many questions are under way at once. */
const atOnce = 10

async function findMissing(role: Role, context: PreflightContext): Promise<RightQuestion[]> {
  const questions = toQuestions(role, context.namespaces)
  const missing: RightQuestion[] = []
  const rest = questions.values()
  const askOn = async (): Promise<void> => {
    for (const question of rest) if (!(await isAllowed(question, context))) missing.push(question)
  }
  await Promise.all(Array.from({ length: atOnce }, askOn))
  return questions.filter(question => missing.includes(question))
}

export async function isAllowed(
  { right, verb, namespace }: RightQuestion,
  { api }: Pick<PreflightContext, 'api'>,
): Promise<boolean> {
  const [resource, subresource] = right.resource.split('/')
  const review = await api.ask<V1SelfSubjectAccessReview>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { group: right.group, resource, subresource, verb, namespace } },
    },
  )
  return review.status?.allowed === true
}

/** A level that does not exist is refused only where somebody reads the label. Nothing is made: it is a dry run. */
export async function askPodSecurity({ api }: PreflightContext): Promise<Finding> {
  const name = 'slipway-preflight'
  const labels = { 'pod-security.kubernetes.io/enforce': 'no-such-level' }
  try {
    await api.ask('/api/v1/namespaces?dryRun=All', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.status === 422) return ok('It is enforced: apps run without privileges.')
    if (error.status === 403)
      return warning(
        'You may not make namespaces, so it cannot be tried.',
        'Whoever prepared your namespaces can tell.',
      )
    throw error
  }
  return warning(
    'It is not enforced here: a container that asks for privileges would get them.',
    'Slipway asks for none. To hold it to that, turn the admission plugin PodSecurity on.',
  )
}

export async function askGatewayApi({ api }: PreflightContext): Promise<Finding> {
  const group = await api.find<{ preferredVersion?: { version?: string } }>('/apis/gateway.networking.k8s.io')
  return ok(
    group === undefined
      ? 'Not there, and not needed: apps get an Ingress.'
      : `There (${group.preferredVersion?.version ?? 'some version'}), and not used: apps get an Ingress.`,
  )
}

export async function askStorage({ api }: PreflightContext): Promise<Finding> {
  const classes = await api.list<V1StorageClass>('StorageClass', {})
  const names = classes.map(one => one.metadata?.name ?? '')
  const standard = classes.find(isDefaultClass)
  if (standard !== undefined) return ok(`Volumes come from ${standard.metadata?.name}.`)
  return warning(
    names.length === 0
      ? 'There is no StorageClass: no app can keep files.'
      : `None of ${names.join(', ')} is the default StorageClass.`,
    'Apps without files of their own run all the same. Install a storage provisioner, or mark a class as the default.',
  )
}

export async function askMetrics({ api }: PreflightContext): Promise<Finding> {
  const group = await api.find('/apis/metrics.k8s.io/v1beta1')
  return group === undefined
    ? warning(
        'There is no metrics-server: how much CPU and memory apps use is not known.',
        'Install metrics-server to see it.',
      )
    : ok('metrics-server tells what apps use.')
}
