import { expect, test } from 'vitest'
import { bcrypt } from './bcrypt.ts'

const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** The 16 bytes that 22 letters stand for. */
const fromText = (text: string): Uint8Array => {
  const bits = [...text].map(letter => alphabet.indexOf(letter).toString(2).padStart(6, '0')).join('')
  return Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8), 2))
}

/** From the tests of the first implementation, which marks them `2a`. */
test.each([
  ['U*U', 'CCCCCCCCCCCCCCCCCCCCC.', 'E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['U*U*', 'CCCCCCCCCCCCCCCCCCCCC.', 'VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
  ['U*U*U', 'XXXXXXXXXXXXXXXXXXXXXO', 'AcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
  ['', 'CCCCCCCCCCCCCCCCCCCCC.', '7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
])('the hash of "%s" is the one that others compute', (password, salt, hash) => {
  expect(bcrypt(password, fromText(salt), 5)).toBe(`$2y$05$${salt}${hash}`)
})
