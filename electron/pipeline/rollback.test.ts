import { expect, test } from 'vitest'
import { decideRollback } from './rollback.ts'

const release = { number: 1, build: { sha: 'old' } }

test.each([
  ['starts what is kept', { isKept: true, filesNow: undefined }, 'release'],
  ['starts what is kept, whatever became of the folder', { isKept: true, filesNow: 'new' }, 'release'],
  ['builds a commit again when what it ran is gone', { isKept: false, filesNow: undefined }, 'build'],
  ['builds a folder again that is as it was', { isKept: false, filesNow: 'old' }, 'build'],
  ['refuses a folder that has changed', { isKept: false, filesNow: 'new' }, 'refuse'],
] as const)('%s', (_name, facts, does) => {
  expect(decideRollback({ release, ...facts }).do).toBe(does)
})
