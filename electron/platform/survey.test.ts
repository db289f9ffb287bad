import { expect, test } from 'vitest'
import type { Cluster } from '../../shared/domain/records.ts'
import { createSurvey } from './survey.ts'

const clusters: Cluster[] = [
  { id: 'here', kind: 'local', name: 'This computer' },
  { id: 'there', kind: 'kubernetes', name: 'prod' },
]

/** Answers with what it was asked for. */
const survey = createSurvey({
  reader: { clusters: () => clusters },
  driver: { survey: async (...asked) => asked as never },
})
const ask = (id: string) => survey(id, { userId: 'ana', signal: undefined })

test('a cluster is asked for the user, and this computer where it is named', async () => {
  expect(await ask('there')).toEqual(['ana', undefined, 'there'])
  expect(await ask('here')).toEqual(['ana', undefined, undefined])
})

test('a cluster that was removed meanwhile is not taken for this computer', async () => {
  await expect(ask('gone')).rejects.toMatchObject({ failure: { code: 'not_found' } })
})
