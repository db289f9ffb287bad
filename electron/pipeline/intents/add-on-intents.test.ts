import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { createMemoryStore } from '../../../tests/support/memory-store.ts'
import { toFoundImage } from '../../clusters/image-plan.ts'
import { createSecretVersions } from '../../secrets/secret-versions.ts'
import { createIntents } from '../intents.ts'

let data: TestDatabase
let intents: ReturnType<typeof createIntents>
let store: ReturnType<typeof createMemoryStore>
let clusterId: string

beforeEach(() => {
  data = createTestDatabase()
  store = createMemoryStore()
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
      findImage: async image =>
        toFoundImage(image, { digest: `sha256:${'d'.repeat(64)}`, ports: [5432], createdAt: 7 }),
      addressOf: async () => ({ host: 'blog-postgres-1', port: 5432 }),
    },
    secrets: createSecretVersions({ reader: data.reader, writer: data.writer, store }),
    loginFor: async () => undefined,
    wake: () => undefined,
    now: data.now,
  })
  clusterId = data.writer.cluster('kubernetes', 'prod')
})
afterEach(() => data.close())

const ana = () => ({ userId: data.reader.userNamed('ana')?.id ?? '', name: 'ana', hasConsent: true })
const create = (name: string, more: { clusterId?: string; address?: string } = {}) =>
  intents.create(
    {
      source: { kind: 'git', address: more.address ?? 'https://git.example.com/ana/blog.git' },
      ...{ branch: '', name, port: null, planEdits: {}, clusterId: more.clusterId ?? clusterId },
    },
    ana(),
  )
const variablesOf = (id: string) =>
  data.reader.variablesOf(id).map(one => ({
    name: one.name,
    addOnId: one.addOnId,
    isSecret: one.value === null && one.secretVersion !== null,
  }))

test('a database is a deployment of the same project, with the image as its source and a secret password', async () => {
  const app = await create('blog')
  const made = await intents.createAddOn(app.id, { engine: 'postgres' }, ana())
  expect(data.reader.deployment(made.id)).toMatchObject({
    name: 'blog-postgres',
    status: 'queued',
    branch: '17',
    port: 5432,
    cluster: { id: clusterId },
    project: {
      id: data.reader.deployment(app.id)?.project.id,
      name: 'blog',
      source: { kind: 'image', address: 'docker.io/library/postgres' },
    },
    addOn: { engine: 'postgres', volumeGib: 5 },
  })
  expect(variablesOf(made.id)).toEqual([{ name: 'POSTGRES_PASSWORD', addOnId: null, isSecret: true }])
  expect(data.reader.deployment(app.id)).toMatchObject({ addOn: null, project: { source: { kind: 'git' } } })
})

test('what is attached has the address in a secret variable, as long as nobody sets that by hand', async () => {
  const app = await create('blog')
  const { id } = await intents.createAddOn(app.id, { engine: 'postgres' }, ana())
  const attach = () => intents.attach({ id, deploymentId: app.id }, ana())
  expect(await attach()).toEqual({ variable: 'DATABASE_URL', applied: 'nothing' })
  expect(variablesOf(app.id)).toEqual([{ name: 'DATABASE_URL', addOnId: id, isSecret: true }])
  const [stored] = data.reader.variablesOf(app.id)
  expect(await store.get(stored?.secretVersion ?? '')).toMatch(
    /^postgres:\/\/app:[\w-]{32}@blog-postgres-1:5432\/app$/,
  )
  expect(() => intents.remove(id, 'blog-postgres', ana())).toThrow(
    'blog uses blog-postgres through DATABASE_URL.',
  )

  const byHand = {
    name: 'DATABASE_URL',
    value: 'postgres://elsewhere',
    isSecret: true,
    scope: 'run',
  } as const
  await intents.saveVariables(app.id, { set: [byHand], remove: [] }, { apply: false }, ana())
  expect(data.reader.attachmentsOf(id)).toEqual([])
  await expect(attach()).rejects.toThrow('blog has a variable DATABASE_URL already.')
  await intents.attach({ id, deploymentId: app.id, variable: 'POSTGRES_URL' }, ana())
  await intents.detach({ id, deploymentId: app.id }, ana())
  expect(variablesOf(app.id).map(one => one.name)).toEqual(['DATABASE_URL'])
  intents.remove(id, 'blog-postgres', ana())
  expect(data.reader.deploymentRow(id)?.wanted).toBe('removed')
})

test('refused: on this computer, for another project, another number of instances, another password, no database', async () => {
  const app = await create('blog')
  const local = data.reader.clusters().find(one => one.kind === 'local')?.id ?? ''
  const here = await create('here', { clusterId: local })
  const other = await create('other', { address: 'https://git.example.com/ana/other.git' })
  const { id } = await intents.createAddOn(app.id, { engine: 'redis', version: '7' }, ana())
  const password = { name: 'REDIS_PASSWORD', value: 'mine', isSecret: true, scope: 'run' } as const
  const refused: (() => Promise<unknown>)[] = [
    () => intents.createAddOn(here.id, { engine: 'redis' }, ana()),
    () => intents.createAddOn(app.id, { engine: 'redis', name: 'other' }, ana()),
    () => intents.createAddOn(app.id, { engine: 'redis', image: 'no image!' }, ana()),
    () => intents.attach({ id, deploymentId: other.id }, ana()),
    () => intents.attach({ id, deploymentId: id }, ana()),
    () => intents.attach({ id: app.id, deploymentId: app.id }, ana()),
    () => intents.detach({ id, deploymentId: app.id }, ana()),
    () => intents.saveVariables(id, { set: [password], remove: [] }, { apply: false }, ana()),
    async () => intents.scale(id, 2, ana()),
  ]
  const said = await Promise.all(refused.map(work => work().catch((error: Error) => error.message)))
  expect(said).toEqual([
    'here runs on this computer, where Slipway runs no databases yet.',
    'There is a deployment called other already.',
    '"no image!" is no image.',
    'blog-redis is a database of another project or place than other.',
    'blog-redis is a database itself.',
    'blog is no database.',
    'blog has no variable that leads to blog-redis.',
    'REDIS_PASSWORD is the password that the database was made with, and what is attached to it knows.',
    'A database has one instance: its volume is of one.',
  ])
})
