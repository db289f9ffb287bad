import { expect, test } from 'vitest'
import { toImageSource, toSource } from './to-source.ts'

test('addresses and full paths are told apart', () => {
  expect(
    [
      'https://host/ana/blog.git',
      'git@host:ana/blog.git',
      'file:///srv/blog.git',
      'github.com/ana/blog',
      ' /home/ana/blog ',
    ].map(text => toSource(text)?.source),
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

test('an image is told from its tag', () => {
  expect(['nginx', 'ghcr.io/ana/blog:1.2', 'https://ghcr.io/ana'].map(toImageSource)).toEqual([
    { source: { kind: 'image', address: 'docker.io/library/nginx' }, branch: 'latest' },
    { source: { kind: 'image', address: 'ghcr.io/ana/blog' }, branch: '1.2' },
    null,
  ])
})
