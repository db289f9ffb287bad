import { expect, test } from 'vitest'
import { findChanges, type ReleaseConfiguration } from './release-changes.ts'

const plain = (name: string, value: string) => ({ name, scope: 'run', value }) as const
const secret = (name: string, secretVersion: string) => ({ name, scope: 'run', secretVersion }) as const
const base: ReleaseConfiguration = {
  port: 3000,
  healthPath: '',
  isWorker: false,
  size: 'small',
  variables: [plain('A', '1'), plain('B', '2'), secret('KEY', 'v1')],
}

test('the same configuration has no changes', () => {
  expect(findChanges(base, { ...base, variables: base.variables.toReversed() })).toEqual([])
})

test('port, size and variables are named, and no value is', () => {
  const after: ReleaseConfiguration = {
    ...base,
    port: null,
    size: 'xlarge',
    variables: [plain('A', '9'), secret('KEY', 'v2'), plain('C', '3')],
  }
  expect(findChanges(base, after)).toEqual([
    'port 3000 to found',
    'size Small to Extra large',
    'A changed',
    'KEY changed',
    'C added',
    'B removed',
  ])
})

test('a health path is named where it is another one', () => {
  const after = { ...base, healthPath: '/healthz' }
  expect(findChanges(base, after)).toEqual(['health path none to /healthz'])
  expect(findChanges(after, base)).toEqual(['health path /healthz to none'])
})

test('a variable that becomes a secret has changed', () => {
  const variables = [plain('A', '1'), secret('B', '2'), secret('KEY', 'v1')]
  expect(findChanges(base, { ...base, variables })).toEqual(['B changed'])
})

test('becoming a worker is named, and so is its end', () => {
  expect(findChanges(base, { ...base, isWorker: true })).toEqual(['a worker now'])
  expect(findChanges({ ...base, isWorker: true }, base)).toEqual(['no worker any more'])
})
