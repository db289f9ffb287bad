import { expect, test } from 'vitest'
import { createLineSplitter } from './output-lines.ts'

const whole = (text: string) => ({ text, isPartial: false })
const part = (text: string) => ({ text, isPartial: true })

test('lines end with LF, CR LF or CR, also across chunks', () => {
  const splitter = createLineSplitter()
  const pieces = ['one\ntwo\r', '\nthree\r50 %\r', 'done\n'].flatMap(text => splitter.push(Buffer.from(text)))
  expect([...pieces, ...splitter.end()]).toEqual(['one', 'two', 'three', '50 %', 'done'].map(whole))
})

test('a character that is torn between chunks stays whole', () => {
  const splitter = createLineSplitter()
  const bytes = Buffer.from('blå 🚢\n')
  expect([...bytes].flatMap(byte => splitter.push(Buffer.from([byte])))).toEqual([whole('blå 🚢')])
})

test('a long line comes in pieces, none of which tears a character', () => {
  const splitter = createLineSplitter()
  const text = `x${'🚢'.repeat(20_000)}`
  const pieces = [...splitter.push(Buffer.from(text)), ...splitter.end()]
  expect(pieces.map(piece => piece.text).join('')).toBe(text)
  expect(pieces.map(piece => piece.isPartial)).toEqual([true, true, false])
  expect(pieces.every(piece => Buffer.byteLength(piece.text) <= 64 * 1024 && piece.text.isWellFormed())).toBe(
    true,
  )
})

test('a prompt that was flushed is a piece of the line that follows', () => {
  const splitter = createLineSplitter()
  splitter.push(Buffer.from('name? '))
  expect([splitter.hasRest(), splitter.flush(), splitter.hasRest()]).toEqual([true, [part('name? ')], false])
  expect(splitter.push(Buffer.from('Ana\n'))).toEqual([whole('Ana')])
  splitter.push(Buffer.from('more'))
  expect([splitter.flush(), splitter.end()]).toEqual([[part('more')], [whole('')]])
})
