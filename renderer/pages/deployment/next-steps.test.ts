import { expect, test } from 'vitest'
import type { Failure, FailureCode } from '../../../shared/domain/failure.ts'
import type { Build } from '../../../shared/domain/records.ts'
import { toNextSteps } from './next-steps.ts'

const failure = (code: FailureCode, port?: number): Failure => ({
  code,
  message: '',
  hint: '',
  ...(port === undefined ? {} : { port }),
})
const deployment = { port: 3000, latestBuild: { id: 'b1' } as Build }

test('an app that listens elsewhere offers that port first', () => {
  expect(toNextSteps(failure('start_timed_out', 8080), deployment)).toEqual([
    { do: 'usePort', port: 8080 },
    { do: 'openRuntimeLog' },
    { do: 'deploy' },
  ])
  expect(toNextSteps(failure('start_timed_out', 3000), deployment)[0]).toEqual({ do: 'openRuntimeLog' })
})

test('a health path that does not answer well is changed in the settings', () => {
  expect(toNextSteps(failure('health_failed', 3000), deployment)).toEqual([
    { do: 'openSettings', word: 'Change the health path' },
    { do: 'openRuntimeLog' },
    { do: 'deploy' },
  ])
})

test('a failed build leads to its log', () => {
  expect(toNextSteps(failure('build_failed'), deployment)).toEqual([
    { do: 'openBuildLog', buildId: 'b1' },
    { do: 'deploy' },
  ])
})

test('what cannot be reached can only be tried again', () => {
  expect(toNextSteps(failure('source_unreachable'), deployment)).toEqual([{ do: 'deploy' }])
})
