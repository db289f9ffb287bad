import { expect, test } from 'vitest'
import { boundLines } from './bounded-lines.ts'
import type { StatusLine } from './buildkit-status.ts'

test('beyond its limit a log says once that no more is kept, and reading goes on', () => {
  const seen: string[] = []
  const line = (text: string): StatusLine => ({ stream: 'stdout', text, isPartial: false })
  const bounded = boundLines(
    {
      push: ({ text }) => {
        seen.push(text)
        return [line(text)]
      },
      end: () => [line('last')],
    },
    1,
  )
  const half = 'x'.repeat(600 * 1024)
  const push = (text: string) => bounded.push({ position: 0, at: 0, text }).map(one => one.text.slice(0, 20))

  expect(push(half)).toEqual(['x'.repeat(20)])
  expect(push(half)).toEqual(['The build has printe'])
  expect(push('more')).toEqual([])
  expect(bounded.end()).toEqual([])
  expect(seen).toEqual([half, half, 'more'])
})
