import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'

let data: TestDatabase
beforeEach(() => {
  data = createTestDatabase()
})
afterEach(() => data.close())

const projectNames = () => data.database.sqlite.prepare('SELECT name FROM projects').pluck().all()

test('a project is removed with its last deployment, not before', () => {
  const first = data.deployment('blog')
  const projectId = data.reader.deploymentRow(first)?.projectId ?? ''
  const clusterId = data.reader.clusters()[0]?.id ?? ''
  const second = data.writer.deployment({
    projectId,
    clusterId,
    name: 'blog-next',
    branch: 'next',
    port: null,
    planEdits: {},
    keepsRunning: false,
  })
  data.deployment('shop')

  data.writer.removeDeployment(first)
  expect(projectNames()).toEqual(['blog', 'shop'])
  data.writer.removeDeployment(second)
  expect(projectNames()).toEqual(['shop'])
})

test('one source of one owner is one project', () => {
  const ownerId = data.reader.userNamed('ana')?.id ?? ''
  const source = { kind: 'folder', address: '/home/ana/blog' } as const
  const first = data.writer.project({ ownerId, name: 'blog', source })
  expect(data.writer.project({ ownerId, name: 'other', source })).toBe(first)
  expect(projectNames()).toEqual(['blog'])
})

test('a transaction that fails leaves nothing behind', () => {
  expect(() =>
    data.writer.transaction(() => {
      data.deployment('blog')
      throw new Error('changed my mind')
    }),
  ).toThrow('changed my mind')
  expect(projectNames()).toEqual([])
  expect(data.reader.names()).toEqual([])
})
