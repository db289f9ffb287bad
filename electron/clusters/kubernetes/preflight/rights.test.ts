import { loadAllYaml } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { defaultLimits as limits } from '../../../../shared/domain/cluster-limits.ts'
import { toNumber } from './node-questions.ts'
import { rights, toQuestions, toRbac } from './rights.ts'

const namespaces = { tenant: 'slipway-ana', build: 'slipway-builds-ana' }
interface Applied {
  kind: string
  metadata: { name: string; namespace?: string }
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[]
  subjects?: object[]
}
const objectsOf = (role: 'owner' | 'member', person = 'ana') =>
  loadAllYaml(toRbac({ role, person, namespaces, limits })) as Applied[]

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
    ['Namespace', 'slipway-builds-ana'],
    ['ResourceQuota', 'slipway-ana'],
    ['LimitRange', 'slipway-ana'],
    ['Role', 'slipway-ana'],
    ['RoleBinding', 'slipway-ana'],
    ['Role', 'slipway-builds-ana'],
    ['RoleBinding', 'slipway-builds-ana'],
    ['ClusterRole', 'slipway-member'],
    ['ClusterRoleBinding', 'slipway-member-slipway-ana'],
  ])
})

test('a service account is bound as one', () => {
  const [, binding] = objectsOf('owner', 'system:serviceaccount:ci:robot')
  expect(binding?.subjects).toEqual([{ kind: 'ServiceAccount', namespace: 'ci', name: 'robot' }])
})

test('every right says what it is for, once', () => {
  for (const right of rights) expect(right.why).toMatch(/^(to|for) /)
  const keys = rights.flatMap(({ group, resource, verbs }) =>
    verbs.map(verb => `${verb} ${group}/${resource}`),
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
