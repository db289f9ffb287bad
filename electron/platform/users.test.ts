import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { createUsers, seedUser } from './users.ts'

let data: TestDatabase
let users: ReturnType<typeof createUsers>
let told: (readonly string[])[]
let signedIn: Record<string, string[]>

beforeEach(() => {
  data = createTestDatabase()
  told = []
  signedIn = {}
  seedUser(data.reader, data.writer, 'ana')
  users = createUsers({
    ...{ reader: data.reader, writer: data.writer },
    loginsOf: userId => signedIn[userId] ?? [],
    changed: ids => told.push(ids),
  })
})
afterEach(() => data.close())

const ana = { name: 'ana' }
const idOf = (name: string) => users.named(name).id
const projectOf = (deploymentId: string) => data.reader.deploymentRow(deploymentId)?.projectId ?? ''
const history = () =>
  data.reader
    .activity({ limit: 50 })
    .map(({ user, verb, deployment, detail }) => [user, verb, deployment, detail])
    .toReversed()

function failureOf(work: () => unknown) {
  try {
    work()
  } catch (error) {
    if (error instanceof SlipwayError) return error.failure
    throw error
  }
  throw new Error('it was not refused')
}

test('users are added, renamed and removed, and history tells it with the names of that time', () => {
  const { id } = users.add('bea', ana)
  users.rename(id, 'Beatrix', ana)
  expect(users.list()).toEqual([
    { id, name: 'Beatrix', projects: [], isCurrent: false },
    { id: idOf('ana'), name: 'ana', projects: [], isCurrent: true },
  ])
  users.remove(id, ana)
  expect(users.list().map(({ name }) => name)).toEqual(['ana'])
  expect(history()).toEqual([
    ['ana', 'user_added', null, 'bea'],
    ['ana', 'user_renamed', null, 'bea to Beatrix'],
    ['ana', 'user_removed', null, 'Beatrix'],
  ])
  expect(told).toEqual([[], [], []])
})

test('a name that is taken in another case is refused, but not to the one who has it', () => {
  users.add('bea', ana)
  expect(failureOf(() => users.add('BEA', ana))).toMatchObject({
    code: 'name_taken',
    message: 'There is a user called bea already.',
  })
  expect(failureOf(() => users.rename(idOf('bea'), 'Ana', ana)).code).toBe('name_taken')
  users.rename(idOf('bea'), 'Bea', ana)
  expect(users.named('bEa').name).toBe('Bea')
})

test('the login name makes a user once: renamed or with another login, it stays the one', () => {
  users.rename(idOf('ana'), 'anna', ana)
  seedUser(data.reader, data.writer, 'ana')
  seedUser(data.reader, data.writer, 'root')
  expect(users.list().map(({ name }) => name)).toEqual(['anna'])
  expect(users.current().name).toBe('anna')
})

describe('remove', () => {
  test('is refused for the only user and for who acts', () => {
    expect(failureOf(() => users.remove(idOf('ana'), ana)).message).toBe('ana is the only user.')
    users.add('bea', ana)
    expect(failureOf(() => users.remove(idOf('ana'), ana)).message).toBe('ana is who acts here now.')
    users.use(idOf('bea'))
    users.remove(idOf('ana'), { name: 'bea' })
    expect(users.list()).toMatchObject([{ name: 'bea', isCurrent: true }])
  })

  test('is refused for who owns projects, and says which and how to hand them over', () => {
    const blog = data.deployment('blog')
    data.deployment('shop')
    users.use(users.add('bea', ana).id)
    expect(failureOf(() => users.remove(idOf('ana'), ana))).toEqual({
      code: 'conflict',
      message: 'ana owns blog, shop.',
      hint: 'Give what should stay to another user first (slipway give blog bea, or in the settings of a deployment), and remove the rest.',
    })
    users.give(projectOf(blog), idOf('bea'), ana)
    expect(users.list()).toMatchObject([{ projects: ['shop'] }, { projects: ['blog'] }])
  })
})

describe('give', () => {
  test('hands over the project with all its deployments', () => {
    const blog = data.deployment('blog')
    const projectId = projectOf(blog)
    const row = data.reader.deploymentRow(blog)
    const next = data.writer.deployment({
      projectId,
      clusterId: row?.clusterId ?? '',
      name: 'blog-next',
      branch: 'next',
      port: null,
      planEdits: {},
      keepsRunning: false,
    })
    const bea = users.add('bea', ana)
    users.give(projectId, bea.id, ana)
    expect([blog, next].map(id => data.reader.deployment(id)?.owner)).toEqual([bea, bea])
    expect(told.at(-1)).toEqual([blog, next])
    expect(history().slice(1)).toEqual([
      ['ana', 'given', 'blog', 'to bea'],
      ['ana', 'given', 'blog-next', 'to bea'],
    ])
    users.give(projectId, bea.id, ana)
    expect(history()).toHaveLength(3)
  })

  test('is refused for what runs in a cluster, where its owner has a part of his own', () => {
    const shop = data.deployment('shop')
    const clusterId = data.writer.cluster('kubernetes', 'prod')
    data.writer.deployment({
      projectId: projectOf(shop),
      clusterId,
      name: 'shop-prod',
      branch: 'main',
      port: null,
      planEdits: {},
      keepsRunning: false,
    })
    const bea = users.add('bea', ana)
    expect(failureOf(() => users.give(projectOf(shop), bea.id, ana))).toMatchObject({
      code: 'conflict',
      message: 'shop-prod runs in a cluster, in a part of it that is its owner’s.',
    })
    expect(data.reader.deployment(shop)?.owner.name).toBe('ana')
  })

  test('joins the project of the same source that the other one has', () => {
    const blog = data.deployment('blog')
    const bea = users.add('bea', ana)
    const theirs = data.writer.project({
      ownerId: bea.id,
      name: 'her-blog',
      source: { kind: 'git', address: 'https://example.org/blog.git' },
    })
    users.give(projectOf(blog), bea.id, ana)
    expect(projectOf(blog)).toBe(theirs)
    expect(users.list()).toMatchObject([{ projects: [] }, { projects: ['her-blog'] }])
  })
})

test('builds are listed by owner', () => {
  const blog = data.queuedBuild(data.deployment('blog'))
  const shop = data.deployment('shop')
  data.queuedBuild(shop)
  const bea = users.add('bea', ana)
  users.give(projectOf(shop), bea.id, ana)
  expect(data.reader.builds({ limit: 10, ownerId: idOf('ana') }).map(({ id }) => id)).toEqual([blog])
  expect(data.reader.builds({ limit: 10 })).toHaveLength(2)
})

test('one who is signed in at GitHub is not removed before that ends', () => {
  const { id } = users.add('bea', ana)
  signedIn = { [id]: ['bea-hub'] }
  expect(failureOf(() => users.remove(id, ana))).toMatchObject({
    code: 'conflict',
    message: 'bea is signed in at GitHub as bea-hub.',
  })
  signedIn = {}
  users.remove(id, ana)
  expect(users.list().map(({ name }) => name)).toEqual(['ana'])
})
