import { expect, test } from 'vitest'
import { type SurveyedThings, toThingsText } from './survey.ts'

const nothing: SurveyedThings = {
  ...{ scope: 'all', deployments: [], count: 0, instances: 0, builds: 0, volumes: [] },
  ...{ requests: null, limits: null, use: { found: { cpu: 0, memory: 0 } } },
}

test('what is there is said in a sentence', () => {
  expect(toThingsText(nothing)).toBe('Nothing is deployed.')
  expect(toThingsText({ ...nothing, count: 1, instances: 2, builds: 1 })).toBe(
    '1 deployment with 2 instances, 1 build under way.',
  )
  expect(
    toThingsText({
      ...nothing,
      ...{ count: 2, instances: 1 },
      volumes: [
        { purpose: 'database', count: 1, bytes: 8e9 },
        { purpose: 'build-state', count: 2, bytes: 24e9 },
      ],
    }),
  ).toBe('2 deployments with 1 instance. Volumes: 1 of databases, 8.0 GB; 2 of builds, 24.0 GB.')
})
