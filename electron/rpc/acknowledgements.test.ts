import { expect, test } from 'vitest'
import { createAcknowledgements } from './acknowledgements.ts'

async function* pieces(taken: number[]) {
  for (let last = 1; last <= 10; last++) {
    taken.push(last)
    yield { last }
  }
}

test('no more than a few pieces are under way, until the reader says what it has', async () => {
  const { pace, acknowledge } = createAcknowledgements()
  const taken: number[] = []
  const paced = pace('screen', pieces(taken), new AbortController().signal)
  for (let last = 1; last <= 4; last++) expect((await paced.next()).value).toEqual({ last })
  const fifth = paced.next()
  acknowledge('another screen', 4)
  await Promise.resolve()
  expect(taken).toEqual([1, 2, 3, 4])

  acknowledge('screen', 2)
  expect((await fifth).value).toEqual({ last: 5 })
  await paced.return()
})

test('a reader that goes ends its source', async () => {
  const { pace } = createAcknowledgements()
  const end = new AbortController()
  const paced = pace('screen', pieces([]), end.signal)
  for (let last = 1; last <= 4; last++) await paced.next()
  const fifth = paced.next()
  end.abort()
  expect((await fifth).done).toBe(false)
  await paced.return()
})
