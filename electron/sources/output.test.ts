import { describe, expect, test } from 'vitest'
import { createLineSplitter } from './line-splitter.ts'
import { parseBranches } from './ls-remote.ts'
import { createMask, maskCredentials } from './mask.ts'

describe('credentials are masked', () => {
  test.each([
    ['https://ana:secret@host/x.git', 'https://***@host/x.git'],
    ["fatal: 'https://token@host/x' and http://a:b@c/", "fatal: 'https://***@host/x' and http://***@c/"],
    ['https://ana:p@ss@host/x', 'https://***@host/x'],
    ['ssh://git@host/x git@host:x', 'ssh://git@host/x git@host:x'],
    ['ssh://git:secret@host/x', 'ssh://***@host/x'],
    ['https://host/a@b', 'https://host/a@b'],
  ])('in %s', (text, masked) => {
    expect(maskCredentials(text)).toBe(masked)
  })

  test('and known secrets wherever they stand', () => {
    expect(createMask(['s3cret', ''])('login with s3cret failed')).toBe('login with *** failed')
  })
})

test('lines are cut wherever the output is, and progress is thinned out but for its last state', () => {
  let now = 0
  const lines: string[] = []
  const splitter = createLineSplitter(
    line => lines.push(line),
    () => now,
  )
  splitter.write('Clon')
  splitter.write('ing\r')
  splitter.write('\n\u001b[K10%\r20%\r')
  now = 2_000
  splitter.write('30%   \r40%\r100%, done.\nrest')
  splitter.end()
  expect(lines).toEqual(['Cloning', '20%', '100%, done.', 'rest'])
})

test('branches of a repository whose HEAD names none begin with main', () => {
  const output =
    'a\trefs/heads/alpha\nb\trefs/heads/master\nc\trefs/heads/main\nd\trefs/remotes/origin/HEAD\n'
  expect(parseBranches(output)).toEqual([
    { name: 'main', sha: 'c' },
    { name: 'master', sha: 'b' },
    { name: 'alpha', sha: 'a' },
  ])
  expect(parseBranches('')).toEqual([])
})
