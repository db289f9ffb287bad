import { expect, test } from 'vitest'
import { toRepositoryNotice } from './repository-notice.ts'

const facts = { fullName: 'ana/blog', defaultBranch: 'main', isArchived: false }
const asked = { branch: 'main', defaultBranch: 'main', facts }

test.each([
  ['as it was', asked, null],
  [
    'archived',
    { ...asked, facts: { ...facts, isArchived: true } },
    'The repository is archived: nothing can be pushed to it.',
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
