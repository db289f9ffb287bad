import { describe, expect, test } from 'vitest'
import { clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import type { FoundDeployment, ReleaseRecord } from '../clusters/release-record.ts'
import { decideReadBack, decideSettings, type Known } from './decide-read-back.ts'

const plan = { kind: 'node', label: 'Node', root: '', runtime: null, install: null, build: null } as const

function toFound(name: string, owner: string, more: Partial<FoundDeployment> = {}): FoundDeployment {
  const id = `id of ${name}`
  const record: ReleaseRecord = {
    version: 1,
    owner: { id: `id of ${owner}`, name: owner },
    project: { id: `project of ${name}`, name, source: { kind: 'git', address: `https://host/${name}.git` } },
    deployment: {
      ...{ id, name, branch: 'main', port: null, planEdits: {}, keepsRunning: true },
      ...{ size: 'medium', instances: 1, createdAt: 1 },
    },
    build: {
      ...{ id: `build of ${name}`, branch: 'main', port: null, planEdits: {}, artifact: 'image@sha256:1' },
      commit: { sha: 'abc', subject: 'Begins', author: 'ana', at: 1 },
      plan: { ...plan, start: null, output: null, fallback: null, port: null, notes: [] },
      ...{ requestedBy: owner, createdAt: 1, startedAt: 1, finishedAt: 2 },
    },
    release: {
      ...{ id: `release of ${name}`, number: 3, port: null, size: 'medium', rollbackTo: null },
      ...{ requestedBy: owner, createdAt: 3 },
    },
    variables: [{ name: 'TOKEN', scope: 'run', isSecret: true }],
  }
  const cluster = {
    registry: { address: 'registry.test', hostAddress: null, isPlainHttp: false, isInstalled: false },
    ...{ registryUser: null, baseDomain: 'apps.test', ingressClass: null, issuer: 'test-ca' },
  } as unknown as FoundDeployment['cluster']
  return {
    id,
    isOfMember: false,
    name,
    record,
    cluster,
    run: 1,
    instances: 1,
    liveAt: 4,
    hosts: [],
    values: { TOKEN: 'a' },
    ...more,
  }
}

const nothing: Known = {
  users: [],
  deployments: [],
  isIdTaken: () => false,
  deploymentOfHost: () => undefined,
}

describe('what is found in a cluster', () => {
  test.each<{
    what: string
    found: FoundDeployment
    known: Partial<Known>
    report: object
    users?: object[]
  }>([
    {
      what: 'is added with its user',
      found: toFound('shop', 'ana'),
      known: {},
      report: { name: 'shop', outcome: 'added', detail: '', missing: [] },
      users: [{ id: 'id of ana', name: 'ana', replaces: null }],
    },
    {
      what: 'takes the place of a user of that name who owns nothing',
      found: toFound('shop', 'ana'),
      known: { users: [{ id: 'new', name: 'Ana', hasProjects: false }] },
      report: { name: 'shop', outcome: 'added', detail: '', missing: [] },
      users: [{ id: 'id of ana', name: 'ana', replaces: 'new' }],
    },
    {
      what: 'leaves the name to a user who owns something',
      found: toFound('shop', 'ana'),
      known: { users: [{ id: 'new', name: 'ana', hasProjects: true }] },
      report: { name: 'shop', outcome: 'added', detail: '', missing: [] },
      users: [{ id: 'id of ana', name: 'ana-2', replaces: null }],
    },
    {
      what: 'stays as it is where it is here already',
      found: toFound('shop', 'ana'),
      known: { deployments: [{ id: 'id of shop', name: 'boutique' }] },
      report: { name: 'shop', outcome: 'kept', detail: '', missing: [] },
    },
    {
      what: 'is refused where another has its name',
      found: toFound('shop', 'ana'),
      known: { deployments: [{ id: 'other', name: 'shop' }] },
      report: {
        ...{ name: 'shop', outcome: 'refused', missing: [] },
        detail: 'There is another deployment called shop here. Remove that one, then read back again.',
      },
    },
    {
      what: 'is refused without a record',
      found: toFound('shop', 'ana', { record: undefined }),
      known: {},
      report: {
        ...{ name: 'shop', outcome: 'refused', missing: [] },
        detail:
          'Nothing that Slipway can believe is written down beside it. An earlier Slipway released it, or somebody changed it.',
      },
    },
    {
      what: 'names secrets whose value is gone, and hosts that lead elsewhere',
      found: toFound('shop', 'ana', { values: {}, hosts: ['www.shop.test'] }),
      known: { deploymentOfHost: () => 'blog' },
      report: {
        ...{ name: 'shop', outcome: 'added', missing: ['TOKEN'] },
        detail: 'www.shop.test leads to blog, so it was left out.',
      },
      users: [{ id: 'id of ana', name: 'ana', replaces: null }],
    },
  ])('$what', ({ found, known, report, users = [] }) => {
    const decided = decideReadBack([found], { ...nothing, ...known })
    expect({ users: decided.users, report: decided.report.deployments }).toEqual({ users, report: [report] })
  })
})

test('settings are taken where none are set, and only then', () => {
  const settings = clusterSettingsSchema.parse({ context: 'test', issuer: 'own' })
  expect(decideSettings([toFound('shop', 'ana')], settings)).toMatchObject({
    changes: { baseDomain: 'apps.test', registry: { address: 'registry.test' } },
    notes: ['Its base domain is apps.test.', 'Its registry is registry.test.'],
  })
})

describe('what lies in the namespace of a member', () => {
  const ofMember = (name: string, owner: string, more: Partial<FoundDeployment> = {}) =>
    toFound(name, owner, { isOfMember: true, ...more })
  const outcomes = (found: readonly FoundDeployment[], known: Partial<Known> = {}) =>
    decideReadBack(found, { ...nothing, ...known }).report.deployments.map(
      one => `${one.name} ${one.outcome}`,
    )

  test('does not take the place of a user here, whatever it is called', () => {
    const known = { ...nothing, users: [{ id: 'operator', name: 'ana', hasProjects: false }] }
    expect(decideReadBack([ofMember('shop', 'ana')], known).users).toEqual([
      { id: 'id of ana', name: 'ana-2', replaces: null },
    ])
  })

  test('sets nothing for the cluster', () => {
    const settings = clusterSettingsSchema.parse({ context: 'test' })
    expect(decideSettings([ofMember('shop', 'ana')], settings)).toEqual({ changes: {}, notes: [] })
  })

  test('comes after what owners of the cluster run, and of two members neither has what both claim', () => {
    const host = { hosts: ['www.shop.test'] }
    const decided = decideReadBack([ofMember('aaa', 'eve', host), toFound('shop', 'ana', host)], nothing)
    expect(decided.deployments.map(one => [one.record.deployment.name, one.hosts])).toEqual([
      ['shop', ['www.shop.test']],
      ['aaa', []],
    ])
    const two = decideReadBack([ofMember('aaa', 'eve', host), ofMember('shop', 'ben', host)], nothing)
    expect(two.deployments.flatMap(one => one.hosts)).toEqual([])
  })

  test('has no source on this computer', () => {
    for (const source of [
      { kind: 'folder', address: '/home/ana' },
      { kind: 'git', address: '/home/ana/repository' },
      { kind: 'git', address: 'file:///home/ana/repository' },
    ] as const) {
      const one = ofMember('shop', 'eve')
      const record = one.record && { ...one.record, project: { ...one.record.project, source } }
      expect(outcomes([{ ...one, record }])).toEqual(['shop refused'])
    }
    expect(outcomes([ofMember('shop', 'eve')])).toEqual(['shop added'])
  })
})

test('a copy of something, here or in the cluster, costs only itself', () => {
  const shop = toFound('shop', 'ana')
  const copy = { ...toFound('zoo', 'ana'), id: shop.id }
  const decided = decideReadBack([shop, copy, toFound('blog', 'ana')], nothing)
  expect(decided.report.deployments.map(one => `${one.name} ${one.outcome}`)).toEqual([
    ...['blog added', 'shop added', 'zoo refused'],
  ])
  const known = { ...nothing, isIdTaken: (id: string) => id === 'build of shop' }
  expect(decideReadBack([shop], known).report.deployments).toMatchObject([{ outcome: 'refused' }])
  const twice = decideReadBack([toFound('shop', 'ana', { hosts: ['a.test', 'a.test'] })], nothing)
  expect(twice.deployments[0]?.hosts).toEqual(['a.test'])
})
