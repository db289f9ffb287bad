/**
 * The part of the D-Bus wire format (little endian) that a notification service needs. See the D-Bus specification,
 * "Marshaling". Values: numbers, strings, arrays for arrays and structs, `[signature, value]` for variants.
 */

const sizes: Readonly<Record<string, number>> = { y: 1, n: 2, q: 2, b: 4, i: 4, u: 4, x: 8, t: 8, d: 8 }
const alignments: Readonly<Record<string, number>> = {
  ...sizes,
  s: 4,
  o: 4,
  g: 1,
  a: 4,
  v: 1,
  '(': 8,
  '{': 8,
}

/** The complete types of a signature: `susa{sv}` gives `s`, `u`, `s`, `a{sv}`. */
export function splitSignature(signature: string): string[] {
  const types: string[] = []
  for (let start = 0; start < signature.length; ) {
    const end = endOfType(signature, start)
    types.push(signature.slice(start, end))
    start = end
  }
  return types
}

function endOfType(signature: string, start: number): number {
  const first = signature[start]
  if (first === 'a') return endOfType(signature, start + 1)
  if (first !== '(' && first !== '{') return start + 1
  let depth = 0
  for (let at = start; at < signature.length; at++) {
    if ('({'.includes(signature[at] ?? '')) depth++
    if (')}'.includes(signature[at] ?? '')) depth--
    if (depth === 0) return at + 1
  }
  throw new Error(`broken signature ${signature}`)
}

const align = (at: number, to: number): number => Math.ceil(at / to) * to
const alignmentOf = (type: string): number => alignments[type[0] ?? ''] ?? 1

/** Reads the values of a signature; `at` counts from a place that is aligned to 8. */
export function readValues(bytes: Buffer, signature: string, start = 0): { values: unknown[]; end: number } {
  let at = start
  const take = (size: number): number => {
    at = align(at, size)
    at += size
    return at - size
  }
  const text = (length: number): string => {
    const value = bytes.toString('utf8', at, at + length)
    at += length + 1
    return value
  }
  const read = (type: string): unknown => {
    switch (type[0]) {
      case 'y':
        return bytes.readUInt8(take(1))
      case 'n':
        return bytes.readInt16LE(take(2))
      case 'q':
        return bytes.readUInt16LE(take(2))
      case 'b':
        return bytes.readUInt32LE(take(4)) === 1
      case 'i':
        return bytes.readInt32LE(take(4))
      case 'u':
        return bytes.readUInt32LE(take(4))
      case 'x':
        return bytes.readBigInt64LE(take(8))
      case 't':
        return bytes.readBigUInt64LE(take(8))
      case 'd':
        return bytes.readDoubleLE(take(8))
      case 's':
      case 'o':
        return text(bytes.readUInt32LE(take(4)))
      case 'g':
        return text(bytes.readUInt8(take(1)))
      case 'v': {
        const inner = String(read('g'))
        return [inner, read(inner)]
      }
      case 'a': {
        const length = bytes.readUInt32LE(take(4))
        const element = type.slice(1)
        at = align(at, alignmentOf(element))
        const end = at + length
        const values: unknown[] = []
        while (at < end) values.push(read(element))
        return values
      }
      default:
        at = align(at, 8)
        return splitSignature(type.slice(1, -1)).map(read)
    }
  }
  return { values: splitSignature(signature).map(read), end: at }
}

/** Writes strings, unsigned numbers, bytes, and arrays and structs of them. */
export function writeValues(signature: string, values: readonly unknown[]): Buffer {
  const bytes: number[] = []
  const pad = (to: number): void => {
    while (bytes.length % to !== 0) bytes.push(0)
  }
  const number = (value: number): void => {
    pad(4)
    bytes.push(...uint32(value))
  }
  const write = (type: string, value: unknown): void => {
    if (type === 'y') bytes.push(Number(value))
    else if (type === 'u') number(Number(value))
    else if (type === 's' || type === 'o') {
      const text = Buffer.from(String(value))
      number(text.length)
      bytes.push(...text, 0)
    } else if (type === 'g') bytes.push(String(value).length, ...Buffer.from(String(value)), 0)
    else if (type === 'v') {
      const [inner, held] = value as [string, unknown]
      write('g', inner)
      write(inner, held)
    } else if (type[0] === 'a') {
      number(0)
      const lengthAt = bytes.length - 4
      pad(alignmentOf(type.slice(1)))
      const start = bytes.length
      for (const element of value as unknown[]) write(type.slice(1), element)
      bytes.splice(lengthAt, 4, ...uint32(bytes.length - start))
    } else if (type[0] === '(') {
      pad(8)
      const held = value as unknown[]
      splitSignature(type.slice(1, -1)).forEach((part, index) => {
        write(part, held[index])
      })
    } else throw new Error(`cannot write ${type}`)
  }
  splitSignature(signature).forEach((type, index) => {
    write(type, values[index])
  })
  return Buffer.from(bytes)
}

function uint32(value: number): number[] {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return [...bytes]
}
