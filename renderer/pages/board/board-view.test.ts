import { expect, test } from 'vitest'
import type { Deployment } from '../../../shared/domain/records.ts'
import { type BoardView, countTabs, toBoardItems, toBoardView, toPlaces, toSorted } from './board-view.ts'

const row = (name: string, status: string, changedAt: number, project = 'shop') =>
  ({
    name,
    status,
    changedAt,
    createdAt: changedAt,
    branch: 'main',
    project: { name: project },
    cluster: project === 'blog' ? { id: 'b', name: 'prod' } : { id: 'a', name: 'This computer' },
    owner: { id: project.padEnd(26, '0'), name: project === 'blog' ? 'bea' : 'ana' },
    health: { ready: 1, wanted: 1 },
    latestBuild: null,
  }) as Deployment

const rows = [row('api', 'live', 1), row('web', 'failed', 3), row('blog', 'building', 2, 'blog')]
const names = (view: BoardView) =>
  toBoardItems(toSorted(rows, view.sort), view).map(item =>
    item.kind === 'row' ? item.deployment.name : `# ${item.title} ${item.count}`,
  )

test('rows come by newest change, or by name', () => {
  expect(names({})).toEqual(['web', 'blog', 'api'])
  expect(names({ sort: 'name' })).toEqual(['api', 'blog', 'web'])
})

test('a tab and a text narrow the rows', () => {
  expect(names({ tab: 'building' })).toEqual(['blog'])
  expect(names({ text: 'SHOP' })).toEqual(['web', 'api'])
  expect(names({ text: 'webmain' })).toEqual([])
})

test('groups have headings with their counts', () => {
  expect(names({ group: 'project' })).toEqual(['# shop 2', 'web', 'api', '# blog 1', 'blog'])
  expect(countTabs(rows)).toEqual({ live: 1, building: 1, failed: 1, stopped: 0 })
})

test('rows can be grouped by cluster', () => {
  expect(names({ group: 'cluster' })).toEqual(['# This computer 2', 'web', 'api', '# prod 1', 'blog'])
  expect(names({ text: 'prod' })).toEqual(['blog'])
})

test('rows say where they are and whose only where that differs', () => {
  const places = (among: readonly Deployment[], areSeveralUsers: boolean) => {
    const toPlace = toPlaces(among, areSeveralUsers)
    return toPlace && among.map(toPlace)
  }
  expect(places(rows, true)).toEqual(['This computer · ana', 'This computer · ana', 'prod · bea'])
  expect(places(rows, false)).toEqual(['This computer', 'This computer', 'prod'])
  expect(places(rows.slice(0, 2), true)).toEqual(['ana', 'ana'])
  expect(places(rows.slice(0, 2), false)).toBeUndefined()
})

test('rows can be grouped by owner', () => {
  expect(names({ group: 'owner' })).toEqual(['# ana 2', 'web', 'api', '# bea 1', 'blog'])
})

test('an address with nonsense shows all rows', () => {
  expect(toBoardView({ tab: 'toString', group: 'valueOf', text: '', owner: 'ana' })).toEqual({})
  const view = { tab: 'live', group: 'project', text: 'a', owner: '0'.repeat(26) } as const
  expect(toBoardView(view)).toEqual(view)
})
