import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, test, vi } from 'vitest'
import { askAgain } from './changes.ts'

/** A query that somebody looks at, whose answers come when they are told to. */
function look() {
  const queryClient = new QueryClient()
  const answers: ((value: string) => void)[] = []
  const queryFn = vi.fn(() => new Promise<string>(resolve => answers.push(resolve)))
  const observer = new QueryObserver(queryClient, { queryKey: ['residue', 'a'], queryFn })
  const leave = observer.subscribe(() => {})
  return { queryClient, answers, queryFn, leave, shown: () => observer.getCurrentResult().data }
}

test('what changes while the first answer is on its way is asked for again', async () => {
  const { queryClient, answers, queryFn, leave, shown } = look()
  const asked = askAgain(queryClient, ['residue'])
  expect(queryFn).toHaveBeenCalledOnce()
  answers[0]?.('from before')
  await vi.waitFor(() => expect(queryFn).toHaveBeenCalledTimes(2))
  answers[1]?.('from after')
  await asked
  expect(shown()).toBe('from after')
  leave()
})

test('what is shown is asked for once', async () => {
  const { queryClient, answers, queryFn, leave, shown } = look()
  answers[0]?.('first')
  await vi.waitFor(() => expect(shown()).toBe('first'))
  const asked = askAgain(queryClient, ['residue'])
  answers[1]?.('second')
  await asked
  expect([shown(), queryFn.mock.calls.length]).toEqual(['second', 2])
  leave()
})
