const mask = Buffer.from('***')
/** Shorter values are in too many words to be masked. */
const leastLength = 4

interface Masker {
  push(bytes: Buffer): Buffer
  /** What was held back. */
  end(): Buffer
}

/**
 * Replaces secrets in a stream of bytes, whatever pieces it comes in: as they are, in base64, percent-encoded, as in JSON,
 * and each long line of those of several lines. What may be the begin of one is held back until it is known.
 */
export function createMasker(secrets: readonly string[]): Masker {
  return createNeedleMasker(toNeedles(secrets))
}

/** Masks texts that are whole. */
export function createTextMask(secrets: readonly string[]): (text: string) => string {
  const needles = toNeedles(secrets)
  if (needles.length === 0) return text => text
  return text => {
    const masker = createNeedleMasker(needles)
    return Buffer.concat([masker.push(Buffer.from(text)), masker.end()]).toString()
  }
}

function createNeedleMasker(needles: readonly Buffer[]): Masker {
  if (needles.length === 0) return { push: bytes => bytes, end: () => Buffer.alloc(0) }
  const longest = Math.max(...needles.map(needle => needle.length))
  const firstBytes = new Set(needles.map(needle => needle[0]))
  let held = Buffer.alloc(0)

  /** Where the first of the needles begins at or after `from`; the longest where several begin together. */
  const findNext = (bytes: Buffer, from: number) => {
    let found: { at: number; length: number } | undefined
    for (const needle of needles) {
      const at = bytes.indexOf(needle, from)
      if (at === -1) continue
      if (found === undefined || at < found.at) found = { at, length: needle.length }
    }
    return found
  }

  /** The first place from which on everything may still become a needle. */
  const findBegun = (bytes: Buffer, from: number): number => {
    for (let at = Math.max(from, bytes.length - longest + 1); at < bytes.length; at++) {
      if (!firstBytes.has(bytes[at])) continue
      const rest = bytes.subarray(at)
      if (needles.some(needle => needle.length > rest.length && needle.subarray(0, rest.length).equals(rest)))
        return at
    }
    return bytes.length
  }

  return {
    push(chunk) {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      const parts: Buffer[] = []
      let from = 0
      for (let next = findNext(bytes, 0); next !== undefined; next = findNext(bytes, from)) {
        parts.push(bytes.subarray(from, next.at), mask)
        from = next.at + next.length
      }
      const begun = findBegun(bytes, from)
      parts.push(bytes.subarray(from, begun))
      held = Buffer.from(bytes.subarray(begun))
      return Buffer.concat(parts)
    },
    end: () => held,
  }
}

/** Longest first, so that of two that begin together the longer one is masked. */
function toNeedles(secrets: readonly string[]): Buffer[] {
  const texts = secrets
    .filter(secret => secret.length >= leastLength)
    .flatMap(secret => {
      const lines = secret.includes('\n') ? secret.split(/\r?\n/).filter(line => line.length >= 8) : []
      return [
        secret,
        ...lines,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        Buffer.from(secret).toString('base64url'),
        encodeURIComponent(secret),
        JSON.stringify(secret).slice(1, -1),
      ]
    })
  return [...new Set(texts)].map(text => Buffer.from(text)).sort((a, b) => b.length - a.length)
}
