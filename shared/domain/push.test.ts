import { describe, expect, test } from 'vitest'
import { findSkipWord, isWatchedFile, watchedPathsSchema } from './push.ts'

describe('a message keeps its commit from being deployed', () => {
  test.each([
    ['Fix a typo [skip deploy]', '[skip deploy]'],
    ['Fix a typo\n\nNothing to see. [Skip CI]', '[Skip CI]'],
    ['[ci skip] Fix a typo', '[ci skip]'],
    ['[no ci] docs', '[no ci]'],
    ['skip deploy of the old app', undefined],
    ['Fix [skip] of a step', undefined],
    ['', undefined],
  ])('%j: %s', (message, word) => {
    expect(findSkipWord(message)).toBe(word)
  })
})

describe('a file is watched', () => {
  test.each([
    ['apps/web', 'apps/web/src/main.ts', true],
    ['apps/web', 'apps/website/main.ts', false],
    ['apps/web', 'other/apps/web/main.ts', false],
    ['package.json', 'package.json', true],
    ['package.json', 'apps/web/package.json', false],
    ['*.md', 'docs/intro.md', true],
    ['*.md', 'docs/intro.mdx', false],
    ['docs/*.md', 'docs/a/b.md', false],
    ['docs/**', 'docs/a/b.md', true],
    ['**/*.ts', 'main.ts', true],
    ['apps/*/src', 'apps/web/src/main.ts', true],
    ['apps/?eb', 'apps/web/main.ts', true],
    ['a+b(c)', 'a+b(c)/d', true],
  ])('%s, %s: %s', (path, file, isWatched) => {
    expect(isWatchedFile(file, [path])).toBe(isWatched)
  })

  test('by one path of several, and by none of none', () => {
    expect(isWatchedFile('b/c', ['a', 'b'])).toBe(true)
    expect(isWatchedFile('b/c', [])).toBe(false)
  })
})

test('a path to watch is written in one way, and lies in the repository', () => {
  expect(watchedPathsSchema.parse([' ./apps/web/ ', '/docs/**'])).toEqual(['apps/web', 'docs/**'])
  for (const path of ['../other', 'a/../b', '/', '', 'a\nb'])
    expect(watchedPathsSchema.safeParse([path]).success, path).toBe(false)
})
