/**
 * The one hash that registries take in an htpasswd file. For a password that Slipway made and nobody guesses: the cost is the
 * least there is, since the registry pays it at every request.
 */

const leastCost = 4
const rounds = 16
const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Such as `$2y$04$...`. `salt`: 16 bytes. The same of the same. */
export function bcrypt(password: string, salt: Uint8Array, cost = leastCost): string {
  const key = toWords(Buffer.from(`${password}\0`).subarray(0, 72))
  const salts = toWords(salt)
  const state = createState()
  expand(state, key, salts)
  for (let round = 0; round < 2 ** cost; round++) {
    expand(state, key, noSalt)
    expand(state, salts, noSalt)
  }
  const text = toWords(Buffer.from('OrpheanBeholderScryDoubt')).words
  const block = new Uint32Array(2)
  const hash = Buffer.alloc(24)
  for (let at = 0; at < text.length; at += 2) {
    block[0] = text[at] ?? 0
    block[1] = text[at + 1] ?? 0
    for (let time = 0; time < 64; time++) encrypt(state, block)
    hash.writeUInt32BE(block[0], at * 4)
    hash.writeUInt32BE(block[1], at * 4 + 4)
  }
  return `$2y$${String(cost).padStart(2, '0')}$${toText(salt)}${toText(hash.subarray(0, 23))}`
}

/** Blowfish: 18 subkeys, then four tables of 256 words. */
type State = Uint32Array

/** Words of a text that begins anew when it ends. */
interface Cycle {
  readonly words: Uint32Array
}
const noSalt: Cycle = { words: new Uint32Array(1) }

function toWords(bytes: Uint8Array): Cycle {
  // As many as there are before the text and the words begin together again.
  const length = bytes.length % 4 === 0 ? bytes.length / 4 : bytes.length
  const byteAt = (at: number) => bytes[at % bytes.length] ?? 0
  const words = Uint32Array.from({ length }, (_, word) =>
    [0, 1, 2, 3].reduce((sum, at) => (sum << 8) | byteAt(word * 4 + at), 0),
  )
  return { words }
}

function expand(state: State, key: Cycle, salt: Cycle): void {
  for (let at = 0; at < rounds + 2; at++)
    state[at] = (state[at] ?? 0) ^ (key.words[at % key.words.length] ?? 0)
  const block = new Uint32Array(2)
  for (let at = 0; at < state.length; at += 2) {
    block[0] = (block[0] ?? 0) ^ (salt.words[at % salt.words.length] ?? 0)
    block[1] = (block[1] ?? 0) ^ (salt.words[(at + 1) % salt.words.length] ?? 0)
    encrypt(state, block)
    state[at] = block[0]
    state[at + 1] = block[1]
  }
}

function encrypt(state: State, block: Uint32Array): void {
  const word = (at: number): number => state[at] ?? 0
  const table = (number: number, byte: number): number => word(rounds + 2 + number * 256 + (byte & 255))
  let left = (block[0] ?? 0) ^ word(0)
  let right = block[1] ?? 0
  for (let round = 1; round <= rounds; round++) {
    const sum = (table(0, left >>> 24) + table(1, left >>> 16)) | 0
    const mixed = ((sum ^ table(2, left >>> 8)) + table(3, left)) | 0
    const next = right ^ mixed ^ word(round)
    right = left
    left = next
  }
  block[0] = right ^ word(rounds + 1)
  block[1] = left
}

let digits: Uint32Array | undefined

/** Blowfish begins with the digits of pi. */
function createState(): State {
  digits ??= computePi(rounds + 2 + 4 * 256)
  return digits.slice()
}

/** What follows the point, 32 bits a word, by Machin's formula. */
function computePi(words: number): Uint32Array {
  const spare = 64n
  const bits = BigInt(words * 32)
  const one = 1n << (bits + spare)
  const arctan = (inverse: bigint): bigint => {
    const square = inverse * inverse
    let sum = 0n
    let term = one / inverse
    for (let odd = 1n, sign = 1n; term !== 0n; odd += 2n, sign = -sign, term /= square)
      sum += (sign * term) / odd
    return sum
  }
  const pi = (16n * arctan(5n) - 4n * arctan(239n)) >> spare
  const hex = (pi & ((1n << bits) - 1n)).toString(16).padStart(words * 8, '0')
  return Uint32Array.from({ length: words }, (_, at) => Number.parseInt(hex.slice(at * 8, at * 8 + 8), 16))
}

/** Base 64 with an alphabet of its own, and no padding. */
function toText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3)
    const sum = (first << 16) | (second << 8) | third
    const letters = [18, 12, 6, 0].map(shift => alphabet[(sum >>> shift) & 63])
    text += letters.slice(0, Math.min(bytes.length - at, 3) + 1).join('')
  }
  return text
}
