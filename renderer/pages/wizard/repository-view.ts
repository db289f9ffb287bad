import type { Repository, RepositoryOrigin } from '../../../shared/domain/github.ts'

export const originWords = {
  all: 'all',
  own: 'yours',
  organisation: 'of organisations',
  shared: 'shared with you',
  starred: 'starred',
} as const satisfies Record<RepositoryOrigin | 'all', string>
export type OriginFilter = keyof typeof originWords

/**
 * Those that have every word that was typed, in their name or else in their description. Names that begin with it come first;
 * then as GitHub lists them, those pushed to last.
 */
export function findRepositories(
  repositories: readonly Repository[],
  { text, origin }: { text: string; origin: OriginFilter },
): readonly Repository[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '')
  const ofOrigin = origin === 'all' ? repositories : repositories.filter(one => one.origin === origin)
  if (words.length === 0) return ofOrigin
  const ranked = ofOrigin.flatMap(repository => {
    const rank = toRank(repository, words)
    return rank === undefined ? [] : [{ repository, rank }]
  })
  return ranked.sort((a, b) => a.rank - b.rank).map(({ repository }) => repository)
}

/** Less is better; undefined: it does not match. */
function toRank({ fullName, description }: Repository, words: readonly string[]): number | undefined {
  const full = fullName.toLowerCase()
  const name = full.slice(full.indexOf('/') + 1)
  if (!words.every(word => full.includes(word))) {
    const all = `${full} ${description.toLowerCase()}`
    return words.every(word => all.includes(word)) ? 3 : undefined
  }
  const [first = ''] = words
  if (name === first) return 0
  return name.startsWith(first) || full.startsWith(first) ? 1 : 2
}
