import { expect, test } from 'vitest'
import { previewAgeMs } from '../../shared/domain/preview.ts'
import { decidePreviews, type KnownPull, type OpenPull, type PreviewFacts } from './decide-previews.ts'

const now = 100 * previewAgeMs
const pull = (number: number, given: Partial<OpenPull> = {}): OpenPull => ({
  ...{ number, sha: `head ${number}`, isFork: false, updatedAt: now },
  ...given,
})
const known = (number: number, given: Partial<KnownPull> = {}): KnownPull => ({
  ...{ number, seenSha: `head ${number}`, pushedAt: now, isFork: false },
  ...{ preview: { isBeingRemoved: false } },
  ...given,
})
const nothing = { remove: [], confirm: [], follow: [], create: [], forget: [], without: [] }
const decide = (given: Partial<PreviewFacts>) =>
  decidePreviews({ now, clusterKind: 'kubernetes', open: [], known: [], elsewhere: 0, ...given })
const why = (text: string) => expect.stringContaining(text)

test('open requests get one, the newest first, until the project has three', () => {
  const open = [1, 2, 3, 4].map(number => pull(number))
  expect(decide({ open })).toEqual({
    ...nothing,
    create: [4, 3, 2],
    without: [{ number: 1, why: why('at most 3') }],
  })
  expect(decide({ open, known: [known(1)], elsewhere: 1 })).toEqual({
    ...nothing,
    create: [4],
    without: [3, 2].map(number => ({ number, why: why('at most 3') })),
  })
  expect(decide({ open, elsewhere: 5 }).create).toEqual([])
})

test('what is pushed to one that has a preview is followed, and nothing else', () => {
  expect(decide({ open: [pull(1), pull(2, { sha: 'new' })], known: [known(1), known(2)] })).toEqual({
    ...nothing,
    follow: [2],
  })
})

test('what is not on the list is asked for by itself before its preview goes', () => {
  expect(decide({ known: [known(1)] })).toEqual({ ...nothing, confirm: [1] })
})

test('what is over and has no preview is forgotten; one that is being removed is waited for', () => {
  const isBeingRemoved = { preview: { isBeingRemoved: true } }
  expect(decide({ known: [known(1, { preview: undefined }), known(2, isBeingRemoved)] })).toEqual({
    ...nothing,
    forget: [1],
  })
  expect(decide({ open: [pull(2, { sha: 'new' })], known: [known(2, isBeingRemoved)] })).toEqual(nothing)
})

test('a commit that was passed over gets none, the next one does', () => {
  const passed = [known(1, { preview: undefined })]
  expect(decide({ open: [pull(1)], known: passed }).without).toEqual([{ number: 1, why: why('passed over') }])
  expect(decide({ open: [pull(1, { sha: 'new' })], known: passed }).create).toEqual([1])
})

test('old ones go unless something was pushed, also where nobody knows what is open', () => {
  const old = [known(1, { pushedAt: now - previewAgeMs - 1 })]
  const isRemoved = { ...nothing, remove: [{ number: 1, why: 'nothing was pushed for 14 days' }] }
  expect(decide({ open: [pull(1)], known: old })).toEqual(isRemoved)
  expect(decide({ open: undefined, known: old })).toEqual(isRemoved)
  expect(decide({ open: [pull(1, { sha: 'new' })], known: old })).toEqual({ ...nothing, follow: [1] })
  expect(decide({ open: undefined, known: [known(1)] })).toEqual(nothing)
})

test('a request with which nothing has happened for long gets none', () => {
  const open = [pull(1, { updatedAt: now - previewAgeMs - 1 })]
  expect(decide({ open }).without).toEqual([{ number: 1, why: why('Nothing has happened') }])
})

test('one from a fork gets none on this computer, and one in a cluster', () => {
  const open = [pull(1, { isFork: true })]
  expect(decide({ open, clusterKind: 'local' })).toEqual({
    ...nothing,
    without: [{ number: 1, why: why('comes from another repository') }],
  })
  expect(decide({ open })).toEqual({ ...nothing, create: [1] })
})

test('a preview with the secrets of the repository does not go on for a fork', () => {
  expect(decide({ open: [pull(1, { isFork: true, sha: 'new' })], known: [known(1)] })).toEqual({
    ...nothing,
    remove: [{ number: 1, why: 'its branch is in another repository now' }],
  })
})
