import { expect, test } from 'vitest'
import { isBranch, toFullRef, toRefText } from './ref.ts'

test.each([
  ['main', 'refs/heads/main', 'main'],
  ['feature/x', 'refs/heads/feature/x', 'feature/x'],
  ['refs/tags/v1', 'refs/tags/v1', 'v1'],
  ['refs/pull/12/head', 'refs/pull/12/head', '#12'],
])('%s', (branch, full, words) => {
  expect([toFullRef(branch), toRefText(branch)]).toEqual([full, words])
})

test('only branches are pushed to', () => {
  expect(['main', 'refs/heads/x', 'refs/tags/v1', 'refs/pull/12/head'].map(isBranch)).toEqual([
    ...[true, true, false, false],
  ])
})
