import { expect, test } from 'vitest'
import { toLogsView } from './logs-view.ts'

test('an address keeps what it may say, and nothing else', () => {
  expect(
    toLogsView({ q: 'boom', regex: true, range: '24h', in: 'build', deployments: ['a', 7], other: 1 }),
  ).toEqual({ q: 'boom', regex: true, range: '24h', in: 'build', deployments: ['a'] })
  expect(toLogsView({ q: '', regex: 'yes', range: '3h', in: 'all', deployments: 'a' })).toEqual({})
  expect(toLogsView({ q: 404 })).toEqual({ q: '404' })
})
