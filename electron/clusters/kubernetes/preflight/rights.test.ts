import { loadAllYaml } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { defaultLimits } from '../../../../shared/domain/cluster-limits.ts'
import { toNumber } from '../quantity.ts'
import { toRbac } from './rbac.ts'
import { rights, toQuestions } from './rights.ts'

const namespaces = { tenant: 'slipway-ana', build: 'slipway-builds-ana' }
const member = {
  role: 'member',
  person: 'ana',
  ownerId: 'ana',
  limits: { ...defaultLimits, buildsPerUser: 2, buildCpu: 2, buildMemory: 4, buildDisk: 4 },
  routers: [{ podSelector: { matchLabels: { app: 'router' } } }],
  reach: { closedAddresses: ['203.0.113.7'], podRanges: [], dns: [], destinations: [] },
} as const
interface Applied {
  kind: string
  metadata: { name: string; namespace?: string }
  spec?: object
  automountServiceAccountToken?: boolean
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[]
  subjects?: object[]
}
const objectsOf = (role: 'owner' | 'member', person = 'ana') =>
  loadAllYaml(toRbac(role === 'owner' ? { role, person } : { ...member, person })) as Applied[]

/** Whether the rules of the namespace, or those of the whole cluster, grant it. */
function isGranted(objects: readonly Applied[], question: ReturnType<typeof toQuestions>[number]): boolean {
  const { right, verb, namespace } = question
  return objects
    .filter(
      ({ kind, metadata }) =>
        kind === 'ClusterRole' || (namespace !== undefined && metadata.namespace === namespace),
    )
    .flatMap(one => one.rules ?? [])
    .some(
      rule =>
        rule.apiGroups.includes(right.group) &&
        rule.resources.includes(right.resource) &&
        rule.verbs.includes(verb),
    )
}

test.each(['owner', 'member'] as const)(
  'what is asked of an %s is what the role grants, and nothing else',
  role => {
    const objects = objectsOf(role)
    const questions = toQuestions(role, namespaces)
    expect(questions.filter(question => !isGranted(objects, question))).toEqual([])
    const granted = objects.flatMap(one => one.rules ?? []).flatMap(rule => rule.verbs).length
    expect(granted).toBe(questions.length)
  },
)

test('a member has no rights in the whole cluster but to read, and may change no bounds', () => {
  const objects = objectsOf('member')
  const wide = objects.filter(one => one.kind === 'ClusterRole').flatMap(one => one.rules ?? [])
  expect(new Set(wide.flatMap(rule => rule.verbs))).toEqual(new Set(['get', 'list']))
  const all = objects.flatMap(one => one.rules ?? []).flatMap(rule => rule.resources)
  expect(all).not.toContain('resourcequotas')
  expect(all).not.toContain('networkpolicies')
  expect(objects.map(one => [one.kind, one.metadata.namespace ?? one.metadata.name])).toEqual([
    ['Namespace', 'slipway-ana'],
    ['ResourceQuota', 'slipway-ana'],
    ['LimitRange', 'slipway-ana'],
    ['NetworkPolicy', 'slipway-ana'],
    ['NetworkPolicy', 'slipway-ana'],
    ['NetworkPolicy', 'slipway-ana'],
    ['Namespace', 'slipway-builds-ana'],
    ['ResourceQuota', 'slipway-builds-ana'],
    ['LimitRange', 'slipway-builds-ana'],
    ['NetworkPolicy', 'slipway-builds-ana'],
    ['Role', 'slipway-ana'],
    ['RoleBinding', 'slipway-ana'],
    ['Role', 'slipway-builds-ana'],
    ['RoleBinding', 'slipway-builds-ana'],
    ['ClusterRole', 'slipway-member'],
    ['ClusterRoleBinding', 'slipway-member-slipway-ana'],
    ['ServiceAccount', 'slipway-ana'],
    ['ServiceAccount', 'slipway-builds-ana'],
  ])
})

test('apps and builds of a member are kept apart and bounded as those of an owner are', () => {
  const objects = objectsOf('member')
  const ofBuilds = (kind: string) =>
    objects.find(one => one.kind === kind && one.metadata.namespace === namespaces.build)
  expect(ofBuilds('ServiceAccount')?.automountServiceAccountToken).toBe(false)
  expect(ofBuilds('ResourceQuota')?.spec).toEqual({
    hard: {
      pods: '3',
      services: '0',
      persistentvolumeclaims: '1',
      'limits.cpu': '6000m',
      'limits.memory': '12288Mi',
      'limits.ephemeral-storage': '12288Mi',
    },
  })
  const closed = { cidr: '0.0.0.0/0', except: expect.arrayContaining(['10.0.0.0/8', '203.0.113.7/32']) }
  const out = expect.objectContaining({ to: expect.arrayContaining([{ ipBlock: closed }]) })
  expect(ofBuilds('NetworkPolicy')?.spec).toMatchObject({
    ingress: [],
    egress: expect.arrayContaining([out]),
  })
  const policies = objects.filter(
    one => one.kind === 'NetworkPolicy' && one.metadata.namespace === namespaces.tenant,
  )
  expect(policies.map(one => one.metadata.name)).toEqual([
    'default-deny',
    'from-router-and-tenant',
    'to-tenant-and-internet',
  ])
  expect(policies[1]?.spec).toMatchObject({
    ingress: [{ _from: [{ podSelector: {} }, { podSelector: { matchLabels: { app: 'router' } } }] }],
  })
  expect(policies[2]?.spec).toMatchObject({ egress: expect.arrayContaining([out]) })
})

test('it is said where addresses of nodes could not be read', () => {
  const unknown = toRbac({ ...member, reach: { ...member.reach, closedAddresses: [] } })
  expect(unknown).toMatch(/^# The addresses of nodes .* could not be read/)
  expect(toRbac(member)).not.toContain('#')
})

test('a service account is bound as one', () => {
  const [, binding] = objectsOf('owner', 'system:serviceaccount:ci:robot')
  expect(binding?.subjects).toEqual([{ kind: 'ServiceAccount', namespace: 'ci', name: 'robot' }])
})

test('every right says what it is for, once for each place', () => {
  for (const right of rights) expect(right.why).toMatch(/^(to|for) /)
  const keys = rights.flatMap(({ group, resource, verbs, where }) =>
    verbs.map(verb => `${verb} ${group}/${resource} ${where}`),
  )
  expect(new Set(keys).size).toBe(keys.length)
})

test.each([
  ['250m', 0.25],
  ['2', 2],
  ['1.5', 1.5],
  ['2Gi', 2 * 1024 ** 3],
  ['128974848', 128974848],
  ['129e6', 129e6],
  ['129M', 129e6],
  [undefined, 0],
  ['nonsense', 0],
])('the quantity %s is %d', (text, number) => {
  expect(toNumber(text)).toBe(number)
})
