import { expect, test } from 'vitest'
import { createMasker } from './masking.ts'

const masked = (secrets: readonly string[], ...pieces: string[]) => {
  const masker = createMasker(secrets)
  return Buffer.concat([...pieces.map(piece => masker.push(Buffer.from(piece))), masker.end()]).toString()
}

test('a secret is masked, whatever pieces it comes in', () => {
  const text = 'user=ana password=hunter2-über and hunter2-über again, hunt, hunter2-üb'
  const bytes = Buffer.from(text)
  for (let size = 1; size <= bytes.length; size++) {
    const masker = createMasker(['hunter2-über'])
    const parts: Buffer[] = []
    for (let at = 0; at < bytes.length; at += size) parts.push(masker.push(bytes.subarray(at, at + size)))
    expect(Buffer.concat([...parts, masker.end()]).toString()).toBe(
      'user=ana password=*** and *** again, hunt, hunter2-üb',
    )
  }
})

test('it is masked in the forms in which programs write it', () => {
  const secret = 'p&ss "word"/?'
  const forms = [
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    encodeURIComponent(secret),
    JSON.stringify(secret),
  ]
  for (const form of forms) expect(masked([secret], `<${form}>`)).toMatch(/^<"?\*\*\*=*"?>$/)
})

test('of a secret of several lines each line is masked', () => {
  const key = '-----BEGIN KEY-----\nabcdefghijkl\n-----END KEY-----\n'
  expect(masked([key], 'line: abcdefghijkl\n')).toBe('line: ***\n')
  expect(masked([key], key)).toBe('***')
})

test('of two that begin together the longer is masked; short ones are not', () => {
  expect(masked(['secret', 'secret-long'], 'secret-long secret')).toBe('*** ***')
  expect(masked(['abc', ''], 'abc')).toBe('abc')
})

test('what only begins like one comes out at the end, and nothing is lost', () => {
  expect(masked(['abcdef'], 'xx abc', 'dex abcde')).toBe('xx abcdex abcde')
})
