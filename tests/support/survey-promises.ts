import { expect } from 'vitest'
import {
  addAmounts,
  foundOf,
  noAmounts,
  type Survey,
  type SurveyedThings,
  surveySchema,
} from '../../shared/domain/survey.ts'

/** What every driver promises of what it says is there, whoever asks. Returns it. */
export function expectSoundSurvey(survey: Survey): SurveyedThings {
  expect(surveySchema.parse(survey)).toEqual(survey)
  const there = foundOf<SurveyedThings>(survey.there)
  if (there === undefined) throw new Error(`nothing is known: ${JSON.stringify(survey.there)}`)
  const { deployments, count, instances } = there
  expect(count).toBe(deployments.length)
  expect(instances).toBe(deployments.reduce((all, one) => all + one.ready, 0))
  expect(new Set(deployments.map(one => one.id)).size).toBe(count)
  expect(deployments.map(one => one.name)).toEqual(deployments.map(one => one.name).toSorted())
  for (const kind of ['requests', 'limits'] as const) {
    const ofDeployments = deployments.map(one => one[kind] ?? noAmounts).reduce(addAmounts, noAmounts)
    expect(there[kind]?.cpu ?? 0).toBeGreaterThanOrEqual(ofDeployments.cpu - 1e-6)
    expect(there[kind]?.memory ?? 0).toBeGreaterThanOrEqual(ofDeployments.memory)
  }
  for (const one of deployments.flatMap(({ use }) => use ?? [])) {
    expect(one.cpu).toBeGreaterThanOrEqual(0)
    expect(one.memory).toBeGreaterThanOrEqual(0)
  }
  return there
}
