import { expect, test } from 'vitest'
import { isSameUserName, userNameSchema, whyUserNameIsRefused } from './user.ts'

test('logins and local names are good', () => {
  expect(['ana', 'Ana-Maria', 'ana.m_2', '2fast', 'José', '花子'].map(whyUserNameIsRefused)).toEqual(
    Array.from({ length: 6 }, () => undefined),
  )
})

test('odd names are refused with the reason', () => {
  expect(
    Object.fromEntries(
      ['', '-ana', 'ana maria', 'a/b', 'ana\u0007', 'x'.repeat(41), 'Slipway'].map(name => [
        name,
        whyUserNameIsRefused(name),
      ]),
    ),
  ).toEqual({
    '': 'A user needs a name',
    '-ana': 'A name begins with a letter or a digit',
    'ana maria': 'A name has only letters, digits, dots, dashes and _',
    'a/b': 'A name has only letters, digits, dots, dashes and _',
    'ana\u0007': 'A name has only letters, digits, dots, dashes and _',
    [`${'x'.repeat(41)}`]: 'A name has at most 40 characters',
    Slipway: 'Slipway calls itself slipway',
  })
})

test('names are the same whatever their case and however their accents are written', () => {
  expect(isSameUserName('ANA', 'ana')).toBe(true)
  expect(isSameUserName('Jose\u0301', 'josé')).toBe(true)
  expect(isSameUserName('ana', 'anna')).toBe(false)
  expect(userNameSchema.parse(' Jose\u0301 ')).toBe('José')
})
