import { beforeEach, expect, test } from 'vitest'
import type { DeploymentRow } from '../database/rows.ts'
import { createPushes } from './pushes.ts'

type Deps = Parameters<typeof createPushes>[0]

let row: Pick<DeploymentRow, 'id' | 'branch' | 'wanted'>
let isWatched: boolean
let whileLooking: () => void
let beforeDeploy: () => void
let done: string[]
let pushes: ReturnType<typeof createPushes>

beforeEach(() => {
  row = { id: 'blog', branch: 'main', wanted: 'running' }
  isWatched = true
  whileLooking = () => {}
  beforeDeploy = () => {}
  done = []
  pushes = createPushes({
    records: {
      find: () => (isWatched ? { branch: 'main', seenSha: 'old', paths: [], trouble: null } : undefined),
      change: (_: string, { seenSha }: { seenSha?: string }) => {
        if (seenSha !== undefined) done.push(`seen ${seenSha}`)
      },
    } as unknown as Deps['records'],
    reader: {
      deploymentRow: () => row,
      sourceOf: () => ({ kind: 'git', address: 'https://git.test/blog' }),
      ownerOf: () => ({ id: 'ana', name: 'ana' }),
      buildsOf: () => [{ commit: { sha: 'old' } }],
    } as unknown as Deps['reader'],
    writer: { transaction: (work: () => unknown) => work() } as unknown as Deps['writer'],
    readHead: async ({ branch }) => {
      whileLooking()
      return { branch, sha: 'new' }
    },
    lookAtRepository: async () => undefined,
    readPushed: async () => ({ message: 'Say more', files: null }),
    loginFor: async () => undefined,
    deploy: async (_, { sha }, { noteSeen }) => {
      beforeDeploy()
      if (noteSeen()) done.push(`deployed ${sha}`)
    },
    askConsent: () => {},
    onSet: () => {},
    changed: () => {},
    log: () => {},
    now: () => 0,
  })
})

const changes: [string, () => void][] = [
  [
    'another branch was chosen',
    () => {
      row = { ...row, branch: 'next' }
    },
  ],
  [
    'the watch was turned off',
    () => {
      isWatched = false
    },
  ],
  [
    'it was stopped',
    () => {
      row = { ...row, wanted: 'stopped' }
    },
  ],
]

test('a push is noted and deployed', async () => {
  expect(await pushes.look('blog', new AbortController().signal)).toBeUndefined()
  expect(done).toEqual(['seen new', 'deployed new'])
})

test.each(changes)('while it is looked at, %s: nothing is deployed or noted', async (_, change) => {
  whileLooking = change
  await pushes.look('blog', new AbortController().signal)
  expect(done).toEqual([])
})

test.each(changes)('just before it is deployed, %s: nothing is deployed or noted', async (_, change) => {
  beforeDeploy = change
  await pushes.look('blog', new AbortController().signal)
  expect(done).toEqual([])
})
