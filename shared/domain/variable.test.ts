import { expect, test } from 'vitest'
import { parseEnvFile } from './env-file.ts'
import { variableChangesSchema } from './variable.ts'
import {
  byteLength,
  suggestScope,
  suggestSecret,
  whyNameIsRefused,
  whyValueIsRefused,
} from './variable-rules.ts'

test.each(['A', '_x', 'DATABASE_URL', 'a1', 'a'.repeat(256)])('the name %s is good', name => {
  expect(whyNameIsRefused(name)).toBeUndefined()
})

test.each([
  ['', 'needs a name'],
  ['1A', 'does not begin with a digit'],
  ['A-B', 'only letters'],
  ['A B', 'only letters'],
  ['naïve', 'only letters'],
  ['A=B', 'only letters'],
  ['a'.repeat(257), 'at most 256'],
  ['PORT', 'Slipway sets PORT'],
  ['SLIPWAY_JOB', 'belong to Slipway'],
  ['PATH', 'which programs are found'],
])('the name %j is refused: %s', (name, why) => {
  expect(whyNameIsRefused(name)).toContain(why)
})

test('a value is refused that no process can have', () => {
  expect(whyValueIsRefused('')).toBeUndefined()
  expect(whyValueIsRefused('a\0b')).toContain('NUL')
  expect(whyValueIsRefused('x'.repeat(128 * 1024))).toBeUndefined()
  expect(whyValueIsRefused('ü'.repeat(64 * 1024 + 1))).toContain('128 KiB')
  expect(byteLength('aü€😀')).toBe(1 + 2 + 3 + 4)
})

test('a name twice in one change is refused', () => {
  const edit = { name: 'A', scope: 'run', isSecret: false, value: '1' }
  expect(variableChangesSchema.safeParse({ set: [edit, edit] }).error?.issues[0]?.message).toBe(
    'A is there twice.',
  )
})

test('what front ends read is suggested for the build, what looks like a secret as one', () => {
  expect(['VITE_API', 'NEXT_PUBLIC_X', 'PUBLIC_Y', 'API_URL'].map(suggestScope)).toEqual([
    'build',
    'build',
    'build',
    'run',
  ])
  expect(
    [
      'SESSION_SECRET',
      'GITHUB_TOKEN',
      'API_KEY',
      'DATABASE_URL',
      'DB_PASSWORD',
      'MONKEY',
      'LOG_LEVEL',
      'VITE_API_KEY',
    ].map(suggestSecret),
  ).toEqual([true, true, true, true, true, false, false, false])
})

test('the text of a .env file is read as people write it', () => {
  const text = `\uFEFF# a comment
A=1
export B = two words # not this
C="with \\"quotes\\" and\\nlines"
D='raw \\n #kept'
E="over
several
lines"
F=
G=has#hash
H=\`back\`
A=2\r
`
  expect(parseEnvFile(text)).toEqual({
    variables: [
      { name: 'A', value: '2' },
      { name: 'B', value: 'two words' },
      { name: 'C', value: 'with "quotes" and\nlines' },
      { name: 'D', value: 'raw \\n #kept' },
      { name: 'E', value: 'over\nseveral\nlines' },
      { name: 'F', value: '' },
      { name: 'G', value: 'has#hash' },
      { name: 'H', value: 'back' },
    ],
    refused: [],
  })
})

test('lines of a .env file that cannot be taken are named, and hide nothing', () => {
  expect(parseEnvFile('A=1\nnonsense\nPORT=3000\nB="open\nC=3')).toEqual({
    variables: [
      { name: 'A', value: '1' },
      { name: 'C', value: '3' },
    ],
    refused: [
      { line: 2, why: 'There is no = in it' },
      { line: 3, why: 'PORT: Slipway sets PORT. Change the port in the settings instead' },
      { line: 4, why: 'The quote " is not closed' },
    ],
  })
})
