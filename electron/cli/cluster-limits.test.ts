import { expect, test } from 'vitest'
import { clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import { toChanges } from './cluster-changes.ts'
import { limitHelp, limitOptions, toLimitRows } from './cluster-limits.ts'
import type { Context } from './command.ts'

const change = (values: Context['values']) => toChanges({ values } as Context)

test('limits of a cluster are options of its command, each with what it is otherwise', () => {
  expect(Object.keys(limitOptions)).toContain('builds-per-user')
  expect(limitHelp['--quota-memory NUMBER']).toBe('memory of one user, in GiB; 32 otherwise')
})

test('what is said is changed, and nothing else', async () => {
  expect(await change({ 'quota-cpu': '1.5', 'builds-per-user': '1' })).toEqual({
    quotaCpu: 1.5,
    buildsPerUser: 1,
  })
})

test.each([
  ['quota-cpu', '0', '--quota-cpu is no number from 0.1 to 1000.'],
  ['quota-cpu', 'many', '--quota-cpu is no number from 0.1 to 1000.'],
  ['quota-pods', '1.5', '--quota-pods is no whole number from 1 to 1000.'],
  ['build-minutes', '', '--build-minutes is no whole number from 1 to 360.'],
])('--%s "%s" is refused in words', async (option, text, expected) => {
  await expect(change({ [option]: text })).rejects.toThrow(expected)
})

test('of the limits, those are listed that somebody has set', () => {
  const settings = clusterSettingsSchema.parse({ context: 'prod', quotaMemory: 8, buildMinutes: 5 })
  expect(toLimitRows(settings)).toEqual([
    ['time of a build', '5 minutes'],
    ['memory of one user', '8 GiB'],
  ])
})
