import { expect, test } from 'vitest'
import type { Build, Deployment, Release } from '../../shared/domain/records.ts'
import { failureFacts, groupOf, progressOf, shownStatus } from './facts.ts'

const commit = (sha: string) => ({ sha: sha.padEnd(40, '0'), subject: 'Header', author: 'ana', at: 0 })
const health = { ready: 1, wanted: 1, restarts: 0, reason: null, instances: [], port: 3000, since: 0 }
const deployment = (over: Partial<Deployment>) =>
  ({ status: 'live', health, serving: null, latestBuild: null, failure: null, ...over }) as Deployment

test('a live deployment that lacks instances is shown as degraded', () => {
  expect(shownStatus(deployment({}))).toBe('live')
  expect(shownStatus(deployment({ health: { ...health, ready: 0 } }))).toBe('degraded')
  expect(shownStatus(deployment({ status: 'stopped', health: { ...health, ready: 0 } }))).toBe('stopped')
})

test('every shown status belongs to one tab', () => {
  expect([groupOf('degraded'), groupOf('queued'), groupOf('failed'), groupOf('removing')]).toEqual([
    'live',
    'building',
    'failed',
    'stopped',
  ])
})

test('a failed deploy tells what still serves and what was tried', () => {
  const failed = deployment({
    status: 'failed',
    serving: { commit: commit('5c4d3e2') } as Release,
    latestBuild: { commit: commit('77aa001') } as Build,
    failure: { code: 'build_failed', message: 'npm ci exited with code 1.', hint: '' },
  })
  expect(failureFacts(failed)).toBe('live 5c4d3e2 · deploy of 77aa001 failed: npm ci exited with code 1.')
  expect(failureFacts({ ...failed, health: { ...health, ready: 0 } })).toBe('npm ci exited with code 1.')
  expect(failureFacts({ ...failed, serving: null })).toBe('npm ci exited with code 1.')
})

test('progress names the running step and its place', () => {
  const step = { status: 'succeeded', startedAt: 0, finishedAt: 1, logSeq: 1 } as const
  const build = {
    steps: [
      { ...step, name: 'fetch' },
      { ...step, name: 'plan', status: 'running' },
    ],
  } as unknown as Build
  expect(progressOf(build)).toEqual({ word: 'Plan', number: 2, count: 5 })
  expect(progressOf({ ...build, steps: [] })).toEqual({ word: 'Starting', number: 0, count: 5 })
})
