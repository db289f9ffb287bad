import { expect, test } from 'vitest'
import { toRepositoryNotice } from './repository-notice.ts'

const facts = { fullName: 'ana/blog', defaultBranch: 'main', isArchived: false }
const asked = { askedName: 'ana/blog', branch: 'main', defaultBranch: 'main', facts }

test.each([
  ['as it was', asked, null],
  ['written in other letters', { ...asked, askedName: 'Ana/Blog' }, null],
  [
    'archived',
    { ...asked, facts: { ...facts, isArchived: true } },
    'The repository is archived: nothing can be pushed to it.',
  ],
  [
    'renamed',
    { ...asked, facts: { ...facts, fullName: 'ana/news' } },
    'The repository is called ana/news now. Its old name leads there as long as nobody else takes it.',
  ],
  [
    'with another default branch than the one that is followed',
    { ...asked, facts: { ...facts, defaultBranch: 'trunk' } },
    'The default branch is trunk now. What is pushed to main is deployed as before.',
  ],
  [
    'with another default branch, where that was never followed',
    { ...asked, branch: 'next', facts: { ...facts, defaultBranch: 'trunk' } },
    null,
  ],
])('a repository %s', (_, given, notice) => {
  expect(toRepositoryNotice(given)).toBe(notice)
})
