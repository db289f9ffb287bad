import type { KubernetesObject } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { toDifferenceText } from '../../../../shared/domain/drift.ts'
import { toApplied } from './field-paths.ts'
import { findChanges, isScaledByItself, toWhole, withFields } from './find-differences.ts'

type Tree = Record<string, unknown>
type Fields = { [key: string]: Fields }

/** As the API server writes down who has set these fields. */
function toFieldsV1(value: unknown, keys: readonly string[] = ['name']): Fields {
  if (Array.isArray(value)) {
    const elements = value.map(one => [
      `k:${JSON.stringify(Object.fromEntries(keys.filter(key => key in one).map(key => [key, one[key]])))}`,
      { '.': {}, ...toFieldsV1(one) },
    ])
    return Object.fromEntries(elements)
  }
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const isAtomic = ['rules', 'envFrom', 'args'].includes(name)
      return [
        `f:${name}`,
        isAtomic ? {} : toFieldsV1(part, name === 'ports' ? ['containerPort', 'port'] : ['name']),
      ]
    }),
  )
}

const entry = (manager: string, operation: string, fields: Tree, subresource?: string) => ({
  ...{ manager, operation, fieldsType: 'FieldsV1', fieldsV1: toFieldsV1(fields) },
  time: new Date(0),
  ...(subresource === undefined ? {} : { subresource }),
})

const container = {
  name: 'app',
  image: 'app@sha256:1',
  ports: [{ name: 'http', containerPort: 3000 }],
  env: [{ name: 'PORT', value: '3000' }],
  envFrom: [{ secretRef: { name: 'release-1' } }],
  resources: { limits: { cpu: '1000m' } },
}
const toSpec = (own: Tree, replicas = 2) => ({
  replicas,
  template: { metadata: { labels: { 'slipway.dev/run': '1' } }, spec: { containers: [own] } },
})
const wanted = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'blog-1', labels: { 'slipway.dev/deployment': 'd1' } },
  spec: toSpec(container),
}

/** As it is there: what Slipway still owns, what others do, and what the server added. */
function live(facts: { spec?: Tree; labels?: Tree; owned?: Tree; others?: object[]; isOld?: boolean }) {
  const { spec = wanted.spec, labels = wanted.metadata.labels, owned = wanted.spec } = facts
  const marked = facts.isOld ? wanted : withFields(wanted)
  return {
    ...{ ...wanted, spec: { revisionHistoryLimit: 10, ...spec } },
    metadata: {
      ...{ ...marked.metadata, labels },
      managedFields: [
        entry('slipway', 'Apply', { metadata: { labels }, spec: owned }),
        ...(facts.others ?? []),
      ],
    },
  } as unknown as KubernetesObject
}
const told = (object: KubernetesObject) =>
  findChanges(wanted as unknown as KubernetesObject, object).map(toDifferenceText)
const by = (fields: Tree, manager = 'kubectl', subresource?: string) =>
  entry(manager, 'Update', { spec: fields }, subresource)
const { replicas: _, ...ofTemplate } = wanted.spec
const withoutField = (whole: Tree, field: string) =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => name !== field))
/** Slipway owns all of the container but this. */
const ownedWithout = (name: string) => toSpec(withoutField(container, name))

describe('told is', () => {
  test.each([
    ['nothing of what the server adds', live({}), []],
    [
      'another number of instances',
      live({
        spec: toSpec(container, 5),
        owned: ofTemplate,
        others: [by({ replicas: 5 }, 'kubectl', 'scale')],
      }),
      ['replicas: 2 wanted, 5 there'],
    ],
    [
      'nothing of what an autoscaler chose',
      live({
        spec: toSpec(container, 5),
        owned: ofTemplate,
        others: [by({ replicas: 5 }, 'kube-controller-manager', 'scale')],
      }),
      [],
    ],
    [
      'another image',
      live({
        spec: toSpec({ ...container, image: 'other:1' }),
        owned: ownedWithout('image'),
        others: [by(toSpec({ name: 'app', image: 'other:1' }), 'kubectl-set')],
      }),
      ['image: app@sha256:1 wanted, other:1 there'],
    ],
    [
      'a variable that was added, without its value',
      live({
        spec: toSpec({ ...container, env: [...container.env, { name: 'TOKEN', value: 'abc' }] }),
        others: [by(toSpec({ name: 'app', env: [{ name: 'TOKEN', value: 'abc' }] }))],
      }),
      ['env TOKEN was added'],
    ],
    [
      'a variable that was changed, without its value',
      live({
        spec: toSpec({ ...container, env: [{ name: 'PORT', value: '1' }] }),
        owned: ownedWithout('env'),
        others: [by(toSpec({ name: 'app', env: [{ name: 'PORT', value: '1' }] }))],
      }),
      ['env PORT was changed'],
    ],
    [
      'a limit that was raised',
      live({
        spec: toSpec({ ...container, resources: { limits: { cpu: '2' } } }),
        owned: ownedWithout('resources'),
        others: [by(toSpec({ name: 'app', resources: { limits: { cpu: '2' } } }))],
      }),
      ['limit of cpu: 1000m wanted, 2 there'],
    ],
    [
      'nothing of the same quantity in other letters, whoever wrote it',
      live({
        spec: toSpec({ ...container, resources: { limits: { cpu: '1' } } }),
        owned: ownedWithout('resources'),
      }),
      [],
    ],
    [
      'a label of ours that was taken',
      live({ labels: { 'app.kubernetes.io/name': 'blog' } }),
      ['label slipway.dev/deployment is missing'],
    ],
    ['nothing of labels that are not ours', live({ labels: { ...wanted.metadata.labels, team: 'web' } }), []],
    [
      'a second container',
      live({
        spec: {
          ...wanted.spec,
          template: {
            ...wanted.spec.template,
            spec: { containers: [container, { name: 'proxy', image: 'proxy:1' }] },
          },
        },
        others: [by({ template: { spec: { containers: [{ name: 'proxy', image: 'proxy:1' }] } } })],
      }),
      ['container proxy was added'],
    ],
    [
      'nothing of an older wish of Slipway itself',
      live({ spec: toSpec({ ...container, image: 'app@sha256:0' }) }),
      [],
    ],
    [
      'a field that was taken out',
      live({ spec: toSpec(withoutField(container, 'envFrom')), owned: ownedWithout('envFrom') }),
      ['variables from Secrets is missing'],
    ],
    [
      'nothing of a field that an earlier Slipway did not know',
      live({ spec: toSpec(withoutField(container, 'envFrom')), owned: ownedWithout('envFrom'), isOld: true }),
      [],
    ],
  ])('%s', (_name, object, expected) => expect(told(object)).toEqual(expected))
})

test('hosts of an Ingress are told one by one', () => {
  const toIngress = (hosts: string[]) => ({
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'blog-1' } },
    spec: { rules: hosts.map(host => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix' }] } })) },
  })
  const ours = toIngress(['blog.example', 'www.blog.example']) as unknown as KubernetesObject
  const there = toIngress(['blog.example', 'evil.example'])
  const object = {
    ...there,
    metadata: {
      ...withFields(ours).metadata,
      managedFields: [by({ rules: there.spec.rules }, 'kubectl-edit')],
    },
  } as unknown as KubernetesObject
  expect(findChanges(ours, object).map(one => [toDifferenceText(one), one.by])).toEqual([
    ['Ingress: host www.blog.example is missing', 'kubectl-edit'],
    ['Ingress: host evil.example was added', 'kubectl-edit'],
  ])
})

test('objects as a whole are missing or extra; another one of the name is another difference', () => {
  const service = (uid: string) => ({ kind: 'Service', metadata: { name: 'blog-1', uid } })
  expect(toDifferenceText(toWhole('missing', service('1')))).toBe('Service blog-1 is missing')
  expect(toWhole('extra', service('1')).key).not.toBe(toWhole('extra', service('2')).key)
})

test('what is kept of a value that is not shown is another difference once it is set again', () => {
  const at = (seconds: number) =>
    live({
      spec: toSpec({ ...container, args: ['--token', 'abc'] }),
      others: [{ ...by(toSpec({ name: 'app', args: ['x'] })), time: new Date(seconds * 1000) }],
    })
  const keyAt = (seconds: number) =>
    findChanges(wanted as unknown as KubernetesObject, at(seconds)).map(one => one.key)[0]
  expect(keyAt(1)).toBe(keyAt(1))
  expect(keyAt(1)).not.toBe(keyAt(2))
  expect(keyAt(1)).not.toContain('abc')
})

test('what Slipway applied is told from what others set, whatever it became', () => {
  const object = live({
    spec: toSpec({ ...container, image: 'other:1' }, 5),
    owned: { ...ownedWithout('image'), replicas: 5 },
    others: [by(toSpec({ name: 'app', image: 'other:1' }))],
  })
  expect((toApplied(object, 'slipway') as unknown as { spec: unknown }).spec).toEqual(
    toSpec(withoutField(container, 'image'), 5),
  )
  expect(toApplied({ metadata: {} }, 'slipway')).toBeUndefined()
})

test('it scales by itself where an autoscaler has set the number', () => {
  const scaledBy = (manager: string) => live({ others: [by({ replicas: 2 }, manager, 'scale')] })
  expect([
    isScaledByItself(scaledBy('kube-controller-manager')),
    isScaledByItself(scaledBy('kubectl')),
  ]).toEqual([true, false])
})
