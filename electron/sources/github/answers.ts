/** What was answered to a URL, to be asked for again only if it changed: a 304 costs nothing of the limit. */
export interface KnownAnswer {
  readonly etag: string
  readonly data: unknown
  readonly next: string | undefined
  readonly last: number | undefined
}

/** The answers of one account, those used last. ETags hold for a URL and a token. */
export function createAnswers(most: number) {
  const known = new Map<string, KnownAnswer>()
  return {
    get(url: string): KnownAnswer | undefined {
      const found = known.get(url)
      if (found === undefined) return undefined
      known.delete(url)
      known.set(url, found)
      return found
    },
    set(url: string, answer: KnownAnswer): void {
      known.delete(url)
      known.set(url, answer)
      for (const oldest of known.keys()) {
        if (known.size <= most) return
        known.delete(oldest)
      }
    },
  }
}
