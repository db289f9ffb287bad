import { afterEach, beforeEach, expect, test } from 'vitest'
import { clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import { hostSchema } from '../../shared/domain/domain.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { createDomains } from './domains.ts'

let data: TestDatabase
let domains: ReturnType<typeof createDomains>
let applied: string[]
let refusal: SlipwayError | undefined

beforeEach(() => {
  data = createTestDatabase()
  applied = []
  refusal = undefined
  domains = createDomains({
    reader: data.reader,
    writer: data.writer,
    driver: {
      async applyDomains(id) {
        if (refusal !== undefined) throw refusal
        applied.push(`${data.reader.hostsOf(id)}`)
      },
      observeDomains: async () => [],
    },
    changed: () => undefined,
  })
})
afterEach(() => data.close())

/** A deployment to a cluster whose base domain is apps.example. */
function inCluster(name: string): string {
  const known = data.reader.clusters().find(one => one.kind === 'kubernetes')
  const clusterId =
    known?.id ??
    data.writer.cluster('kubernetes', 'prod', {
      ...clusterSettingsSchema.parse({ context: 'prod', baseDomain: 'apps.example' }),
    })
  const projectId = data.writer.project({
    ownerId: data.reader.userNamed('ana')?.id ?? '',
    name,
    source: { kind: 'git', address: `https://example.org/${name}.git` },
  })
  return data.writer.deployment({
    projectId,
    clusterId,
    name,
    branch: 'main',
    port: null,
    planEdits: {},
    keepsRunning: false,
  })
}

test('a domain that something else in the cluster has is refused, and is no row', async () => {
  const shop = inCluster('shop')
  refusal = new SlipwayError({ code: 'name_taken', message: 'It leads to something else.', hint: '' })
  await expect(domains.add(shop, 'www.shop.example', 'ana')).rejects.toThrow('something else')
  expect(data.reader.hostsOf(shop)).toEqual([])
})

test('a domain is a row while the cluster does not answer', async () => {
  const shop = inCluster('shop')
  refusal = new SlipwayError({ code: 'cluster_unreachable', message: 'It does not answer.', hint: '' })
  await expect(domains.add(shop, 'www.shop.example', 'ana')).rejects.toThrow('not answer')
  expect(data.reader.hostsOf(shop)).toEqual(['www.shop.example'])
})

test('a domain is a row and a line of history before the cluster is told; so is its end', async () => {
  const shop = inCluster('shop')
  await domains.add(shop, 'www.shop.example', 'ana')
  await domains.remove(shop, 'www.shop.example', 'ana')
  expect(applied).toEqual(['www.shop.example', ''])
  expect(data.reader.activity({ limit: 10 }).map(({ user, detail }) => [user, detail])).toEqual([
    ['ana', 'www.shop.example leads to it no more'],
    ['ana', 'www.shop.example leads to it'],
  ])
})

test('a host leads to one deployment, be it by a domain or by the name below the base domain', async () => {
  const shop = inCluster('shop')
  const blog = inCluster('blog')
  await domains.add(shop, 'www.shop.example', 'ana')
  const taken = { failure: { code: 'name_taken', message: 'www.shop.example leads to shop already.' } }
  await expect(domains.add(blog, 'www.shop.example', 'ana')).rejects.toMatchObject(taken)
  await expect(domains.add(blog, 'shop.apps.example', 'ana')).rejects.toMatchObject({
    failure: { code: 'name_taken', message: 'shop.apps.example leads to shop already.' },
  })
  await expect(domains.remove(blog, 'www.shop.example', 'ana')).rejects.toMatchObject({
    failure: { code: 'not_found' },
  })
  expect(applied).toEqual(['www.shop.example'])
})

test('an app on this computer has no domains', async () => {
  const local = data.deployment('local')
  await expect(domains.add(local, 'www.shop.example', 'ana')).rejects.toMatchObject({
    failure: { code: 'conflict', message: 'Apps on this computer have no public address.' },
  })
})

test.each([
  ['WWW.Shop.Example ', 'www.shop.example'],
  ['xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
  ['shop', undefined],
  ['münchen.example', undefined],
  ['*.shop.example', undefined],
  ['10.0.0.1', undefined],
  ['-a.example', undefined],
  ['shop.localhost', undefined],
  [`${'a'.repeat(64)}.example`, undefined],
])('as a host, %j is %j', (text, host) => {
  expect(hostSchema.safeParse(text).data).toBe(host)
})

test('a host that is too long is refused in words', () => {
  const parsed = hostSchema.safeParse(`${'a.'.repeat(126)}b`)
  expect(parsed.error?.issues.map(one => one.message)).toEqual(['is longer than 200 characters'])
})
