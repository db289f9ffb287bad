import type { V1Pod } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { findRegistryObstacle } from './obstacle.ts'

const look = (status: V1Pod['status'], template = 'new') => {
  const pod = { metadata: { labels: { 'slipway.dev/template': template } }, ...(status && { status }) }
  const found = findRegistryObstacle([pod], { app: 'registry', wanted: 'new' })
  return found && { ...found.error.failure, isHopeless: found.isHopeless }
}
const container = (state: object, more: object = {}) => ({
  name: 'registry',
  image: 'registry:9',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
  ...more,
})

test('an image that cannot be pulled is named, with the option that names another', () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'not found' }
  expect(look({ containerStatuses: [container({ waiting })] })).toMatchObject({
    code: 'image_unavailable',
    message: 'The nodes cannot pull registry:9: not found',
    hint: expect.stringContaining('--registry-image REF'),
    isHopeless: true,
  })
  const before = [container({ waiting }, { name: 'own-volume', image: 'nginx:9' })]
  expect(look({ initContainerStatuses: before })).toMatchObject({
    hint: expect.stringContaining('--registry-node-image REF'),
  })
})

test('a registry that ends at once says its last line', () => {
  const lastState = { terminated: { exitCode: 1, message: 'starting\nno such key\n' } }
  const status = container({ waiting: { reason: 'CrashLoopBackOff' } }, { lastState })
  expect(look({ containerStatuses: [status] })).toMatchObject({
    code: 'start_exited',
    message: 'The registry ends when it starts: no such key',
  })
})

test('without a place it may get one yet', () => {
  const conditions = [
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'unbound claims' },
  ]
  expect(look({ conditions })).toMatchObject({
    code: 'unschedulable',
    message: 'No node takes the registry: unbound claims',
    isHopeless: false,
  })
})

test('pods that run, and those of a template before, are no obstacle', () => {
  expect(look({ containerStatuses: [container({ running: {} })] })).toBeUndefined()
  expect(
    look({ containerStatuses: [container({ waiting: { reason: 'ImagePullBackOff' } })] }, 'old'),
  ).toBeUndefined()
})
