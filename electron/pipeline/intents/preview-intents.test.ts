import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { createMemoryStore } from '../../../tests/support/memory-store.ts'
import { createSecretVersions } from '../../secrets/secret-versions.ts'
import { createIntents } from '../intents.ts'

let data: TestDatabase
let intents: ReturnType<typeof createIntents>
let parentId: string

beforeEach(async () => {
  data = createTestDatabase()
  const clusterId = data.writer.cluster('kubernetes', 'prod', { context: 'prod' })
  intents = createIntents({
    reader: data.reader,
    writer: data.writer,
    sources: {
      head: async () => ({ branch: 'main', sha: '1'.repeat(40) }),
      branches: async () => [],
      checkout: () => Promise.reject(new Error('an intent fetches nothing')),
    },
    driver: {
      hasArtifact: async () => true,
      findImage: () => Promise.reject(new Error('there is none')),
      addressOf: () => Promise.reject(new Error('there is none')),
    },
    secrets: createSecretVersions({ reader: data.reader, writer: data.writer, store: createMemoryStore() }),
    loginFor: async () => undefined,
    wake: () => {},
    now: data.now,
  })
  data.deployment('other')
  const made = await intents.create(
    {
      source: { kind: 'git', address: 'https://github.com/ana/blog.git' },
      ...{ branch: '', name: 'blog', clusterId, port: 4000, size: 'large', instances: 3 },
      planEdits: { root: 'apps/web' },
      variables: [
        { name: 'TITLE', value: 'Moin', isSecret: false, scope: 'run' },
        { name: 'API_TOKEN', value: 'planted', isSecret: true, scope: 'run' },
        { name: 'NPM_TOKEN', value: 'planted', isSecret: true, scope: 'both' },
      ],
    },
    ana(),
  )
  parentId = made.id
})
afterEach(() => data.close())

const ana = () => ({ userId: data.reader.userNamed('ana')?.id ?? '', name: 'ana', hasConsent: true })
const make = (isFork: boolean, note = () => true) =>
  intents.createPreview(parentId, { number: 7, sha: '2'.repeat(40), isFork }, { asker: ana(), note }) ?? ''
const variables = (id: string) => data.reader.variablesOf(id).map(({ name, value }) => [name, value])

test('a preview is as its parent is described, in one instance, with its head queued', () => {
  const id = make(false)
  const { projectId, clusterId } = data.reader.deploymentRow(parentId) ?? {}
  expect(data.reader.deploymentRow(id)).toMatchObject({
    ...{ name: 'blog-pr-7', branch: 'refs/pull/7/head', projectId, clusterId },
    ...{ port: 4000, planEdits: { root: 'apps/web' }, size: 'large', instances: 1, status: 'queued' },
  })
  expect(data.reader.buildsOf(id, 5).map(({ commit }) => commit.sha)).toEqual(['2'.repeat(40)])
})

test('code of the repository itself gets the secrets of the parent, by the same versions', () => {
  const id = make(false)
  const versions = (of: string) => data.reader.variablesOf(of).map(one => [one.name, one.secretVersion])
  expect(versions(id)).toEqual(versions(parentId))
  expect(variables(id)).toEqual([
    ['API_TOKEN', null],
    ['NPM_TOKEN', null],
    ['TITLE', 'Moin'],
  ])
})

test('code from a fork gets no secret, neither when it runs nor when it is built', () => {
  const id = make(true)
  expect(variables(id)).toEqual([['TITLE', 'Moin']])
  expect(
    JSON.stringify(data.database.sqlite.prepare('SELECT * FROM builds WHERE deployment_id = ?').all(id)),
  ).not.toContain('secretVersion')
})

test('where it is not wanted any more, nothing is made', () => {
  const names = data.reader.names()
  expect(make(false, () => false)).toBe('')
  expect(data.reader.names()).toEqual(names)
})

test('a name that is taken is left to who has it', () => {
  data.deployment('blog-pr-7')
  expect(data.reader.deploymentRow(make(false))?.name).toBe('blog-pr-7-2')
})
