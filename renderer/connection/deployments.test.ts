import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { mostAtOnce } from '../../shared/contract/deployments.ts'
import { byChange, type DeploymentClient } from '../../shared/contract/every-deployment.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { createDeployments } from './deployments.ts'

const toId = (n: number) => `01d${String(n).padStart(23, '0')}`

/** A platform with `count` deployments, that answers as the real one does. */
function createBoard(count: number) {
  const rows = new Map(
    Array.from({ length: count }, (_, n) => [
      toId(n),
      { id: toId(n), name: `app-${n}`, changedAt: n } as Deployment,
    ]),
  )
  const asked: unknown[] = []
  const list = async ({
    before,
    ids,
    lastChanged,
  }: {
    before?: string
    ids?: string[]
    lastChanged?: true
  }) => {
    asked.push(ids ?? before ?? (lastChanged ? 'last changed' : 'first'))
    if (lastChanged) return [...rows.values()].sort(byChange).slice(0, mostAtOnce)
    const newestFirst = [...rows.values()].sort((a, b) => (a.id < b.id ? 1 : -1))
    return ids === undefined
      ? newestFirst.filter(one => before === undefined || one.id < before).slice(0, mostAtOnce)
      : newestFirst.filter(one => ids.includes(one.id))
  }
  const queryClient = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false, gcTime: 0 } },
  })
  const client = { deployments: { list } } as unknown as DeploymentClient
  const { everyDeployment, firstDeployments, refreshDeployments } = createDeployments({
    client,
    queryClient,
  })
  return {
    rows,
    asked,
    refreshDeployments,
    load: () => queryClient.fetchQuery(everyDeployment),
    first: () => queryClient.getQueryData(firstDeployments.queryKey),
    shown: () => queryClient.getQueryData(everyDeployment.queryKey) ?? [],
  }
}

test('all deployments are loaded a page at a time, each once', async () => {
  const board = createBoard(mostAtOnce * 2 + 1)
  const all = await board.load()
  expect(all.map(one => one.id)).toEqual([...board.rows.keys()].reverse())
  expect(board.asked).toEqual(['last changed', 'first', toId(mostAtOnce + 1), toId(1)])
})

test('of many deployments, those that changed last are there first, as they stand among all', async () => {
  const board = createBoard(mostAtOnce + 1)
  board.rows.set(toId(0), { id: toId(0), name: 'old', changedAt: 9_000 } as Deployment)
  const all = await board.load()
  expect(board.first()).toEqual(all.slice(0, mostAtOnce))
})

test('a few deployments are asked for once', async () => {
  const board = createBoard(mostAtOnce - 1)
  expect(await board.load()).toHaveLength(mostAtOnce - 1)
  expect([board.asked, board.first()]).toEqual([['last changed'], undefined])
})

test('of thousands only those that changed are asked for, and the others stay as they are', async () => {
  const board = createBoard(3_000)
  const before = await board.load()
  board.asked.length = 0
  board.rows.set(toId(7), { id: toId(7), name: 'renamed', changedAt: 9_000 } as Deployment)
  board.rows.delete(toId(8))
  board.rows.set(toId(5_000), { id: toId(5_000), name: 'new', changedAt: 8_000 } as Deployment)
  const ids = [toId(7), toId(8), toId(5_000)]
  await board.refreshDeployments(ids)
  expect(board.asked).toEqual([ids])
  const [renamed, added, ...others] = board.shown()
  expect([renamed?.name, added?.name]).toEqual(['renamed', 'new'])
  const unchanged = before.filter(one => !ids.includes(one.id))
  expect(others).toHaveLength(unchanged.length)
  expect(others.every((one, index) => one === unchanged[index])).toBe(true)
})

test('a change that comes while all are loaded is asked for after them', async () => {
  const board = createBoard(mostAtOnce + 1)
  const loading = board.load()
  board.rows.set(toId(0), { id: toId(0), name: 'renamed', changedAt: 9_000 } as Deployment)
  await Promise.all([loading, board.refreshDeployments([toId(0)])])
  expect(board.asked).toEqual(['last changed', 'first', toId(1), [toId(0)]])
  expect(board.shown()[0]?.name).toBe('renamed')
})
