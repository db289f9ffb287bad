import { expect, test } from 'vitest'
import { decidePush, type PushAction, type PushFacts } from './decide-push.ts'

const facts: PushFacts = {
  wanted: 'running',
  branch: 'main',
  watch: { branch: 'main', seenSha: 'a', paths: [] },
  headSha: 'b',
  builtSha: 'a',
  pushed: { message: 'More', files: ['docs/a.md'] },
}
const watching = (...paths: string[]) => ({ watch: { branch: 'main', seenSha: 'a', paths } })

const cases: readonly [string, Partial<PushFacts>, PushAction][] = [
  ['nothing new', { headSha: 'a' }, { do: 'nothing' }],
  ['a new head, of which nothing is known yet', { pushed: undefined }, { do: 'look' }],
  ['a new head', {}, { do: 'deploy' }],
  ['a new head of which nothing can be known', { pushed: { message: null, files: null } }, { do: 'deploy' }],
  ['a new head that a person deployed already', { builtSha: 'b' }, { do: 'note' }],
  ['a new head of what was never built here', { builtSha: undefined }, { do: 'note' }],
  ['a head that was pushed back to one that was built before', { builtSha: 'c' }, { do: 'deploy' }],
  ['the head of another branch, which was chosen since', { branch: 'next' }, { do: 'note' }],
  ['a push while it is stopped', { wanted: 'stopped' }, { do: 'nothing' }],
  ['a push while it is being removed', { wanted: 'removed' }, { do: 'nothing' }],
  [
    'a message that says so',
    { pushed: { message: 'More\n\n[skip deploy]', files: null } },
    { do: 'note', why: 'its message says [skip deploy]' },
  ],
  ['a change in a watched folder', watching('docs'), { do: 'deploy' }],
  [
    'a change elsewhere',
    watching('apps/web', '*.json'),
    { do: 'note', why: 'it changes nothing in apps/web, *.json' },
  ],
  [
    'a change of which the files cannot be known',
    { ...watching('apps/web'), pushed: { message: 'More', files: null } },
    { do: 'deploy' },
  ],
  [
    'a push that changes no file',
    { ...watching('apps/web'), pushed: { message: 'Again', files: [] } },
    { do: 'note', why: 'it changes nothing in apps/web' },
  ],
]

test.each(cases)('%s', (_, given, action) => {
  expect(decidePush({ ...facts, ...given })).toEqual(action)
})
