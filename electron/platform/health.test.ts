import { expect, test } from 'vitest'
import type { Instance } from '../clusters/driver.ts'
import type { StoredDeployment } from '../database/rows.ts'
import { toHealth } from './health.ts'

const deployment = {
  wanted: 'running',
  instances: 3,
  serving: { id: 'r1' },
  cluster: { kind: 'kubernetes' },
} as StoredDeployment
const instance = (change: Partial<Instance>): Instance => ({
  releaseId: 'r1',
  run: 1,
  state: 'ready',
  name: 'blog-1',
  startedAt: 0,
  readyAt: 1,
  exitedAt: null,
  port: 8080,
  fixedPort: null,
  failure: null,
  outOf: 3,
  ...change,
})
const noPlace = { code: 'unschedulable', message: 'No node has a place.', hint: '' } as const

test('of several instances, those that are ready are counted, and why others are not is told', () => {
  const found = toHealth(deployment, [
    instance({}),
    instance({ name: 'blog-2' }),
    instance({ name: '', state: 'starting', failure: noPlace }),
  ])
  expect(found).toMatchObject({
    ready: 2,
    wanted: 3,
    reason: 'No node has a place.',
    instances: ['blog-1', 'blog-2'],
  })
})

test('when all are ready there is nothing to tell', () => {
  expect(
    toHealth(
      deployment,
      [1, 2, 3].map(() => instance({})),
    ),
  ).toMatchObject({ ready: 3, reason: null })
})

test('one that is stopped wants none', () => {
  expect(toHealth({ ...deployment, wanted: 'stopped' }, [])).toMatchObject({ ready: 0, wanted: 0 })
})

test('this computer wants one, also of what came from a cluster with several', () => {
  const here = { ...deployment, cluster: { kind: 'local' } } as StoredDeployment
  expect(toHealth(here, [instance({})])).toMatchObject({ ready: 1, wanted: 1, reason: null })
})
