import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Secrets that were given out and are still good: 256 bits each, compared in constant time, kept as digests only. */
export function createSessionKeys(options: { limit: number }) {
  const digests: Buffer[] = []

  const find = (secret: string): Buffer | undefined => {
    const wanted = digest(secret)
    let found: Buffer | undefined
    for (const known of digests) if (timingSafeEqual(known, wanted)) found = known
    return found
  }

  return {
    /** A new secret. Past the limit the oldest one stops being good. */
    issue(): string {
      const secret = randomBytes(32).toString('base64url')
      digests.push(digest(secret))
      if (digests.length > options.limit) digests.shift()
      return secret
    },

    isGood: (secret: string): boolean => find(secret) !== undefined,

    /** Whether the secret was good. It no longer is. */
    spend(secret: string): boolean {
      const found = find(secret)
      if (found === undefined) return false
      digests.splice(digests.indexOf(found), 1)
      return true
    },
  }
}
