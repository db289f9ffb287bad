import { expect, test } from 'vitest'
import { toNumber } from './quantity.ts'

test.each([
  ['2', 2],
  ['250m', 0.25],
  ['1500n', 1.5e-6],
  ['0.5', 0.5],
  ['128Mi', 128 * 1024 ** 2],
  ['16393244Ki', 16_393_244 * 1024],
  ['1e3', 1000],
  ['1E3', 1000],
  ['129M', 129e6],
  ['2P', 2e15],
  ['1E', 1e18],
  ['1Ei', 1024 ** 6],
  [undefined, 0],
])('%s is %d', (quantity, number) => {
  expect(toNumber(quantity)).toBeCloseTo(number, 12)
})
