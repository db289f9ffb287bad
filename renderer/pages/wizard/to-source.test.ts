import { expect, test } from 'vitest'
import { toSource } from './to-source.ts'

test('addresses and full paths are told apart', () => {
  expect(
    [
      'https://host/ana/blog.git',
      'git@host:ana/blog.git',
      'file:///srv/blog.git',
      'github.com/ana/blog',
      ' /home/ana/blog ',
    ].map(toSource),
  ).toEqual([
    { kind: 'git', address: 'https://host/ana/blog.git' },
    { kind: 'git', address: 'git@host:ana/blog.git' },
    { kind: 'git', address: 'file:///srv/blog.git' },
    { kind: 'git', address: 'https://github.com/ana/blog' },
    { kind: 'folder', address: '/home/ana/blog' },
  ])
})

test('what is neither is refused', () => {
  expect(['', 'blog', './blog', '~/blog', 'two words'].map(toSource)).toEqual([null, null, null, null, null])
})
