import { mostPreviews, previewAgeMs } from '../../shared/domain/preview.ts'
import type { Cluster } from '../../shared/domain/records.ts'

export interface OpenPull {
  readonly number: number
  readonly sha: string
  readonly isFork: boolean
  readonly updatedAt: number
}

export interface KnownPull {
  readonly number: number
  readonly seenSha: string
  readonly pushedAt: number
  readonly isFork: boolean
  /** Undefined: it has none, on purpose, up to the commit that was seen. */
  readonly preview: { readonly isBeingRemoved: boolean } | undefined
}

export interface PreviewFacts {
  readonly now: number
  readonly clusterKind: Cluster['kind']
  /** Into the branch. Undefined: nobody knows. */
  readonly open: readonly OpenPull[] | undefined
  readonly known: readonly KnownPull[]
  /** Of other deployments of the project. */
  readonly elsewhere: number
}

/** Numbers of requests. What is asked of GitHub once more is `confirm`ed: a list can miss what moves from page to page. */
export interface PreviewDecision {
  readonly remove: readonly { readonly number: number; readonly why: string }[]
  readonly confirm: readonly number[]
  /** Something was pushed to what has a preview. */
  readonly follow: readonly number[]
  readonly create: readonly number[]
  /** It is over, and there is nothing left of it. */
  readonly forget: readonly number[]
  readonly without: readonly { readonly number: number; readonly why: string }[]
}

const days = previewAgeMs / (24 * 3_600_000)
export const whyOld = `nothing was pushed for ${days} days`
const whyFork =
  'It comes from another repository, whose code this computer does not run: here nothing shuts it in.'
const whyFull = `A project has at most ${mostPreviews} previews. It gets one when another one ends.`
const whySeen =
  'Its commit was passed over, or its preview removed. It gets one when something is pushed to it.'
const whyQuiet = `Nothing has happened with it for ${days} days.`

export function decidePreviews({ now, clusterKind, open, known, elsewhere }: PreviewFacts): PreviewDecision {
  const openOnes = new Map((open ?? []).map(one => [one.number, one]))
  const knownOnes = new Map(known.map(one => [one.number, one]))
  const isPushed = ({ number, seenSha }: KnownPull) => {
    const pull = openOnes.get(number)
    return pull !== undefined && pull.sha !== seenSha
  }
  const running = known.filter(({ preview }) => preview !== undefined && !preview.isBeingRemoved)
  const mayNotGoOn = (one: KnownPull): string | undefined => {
    const pull = openOnes.get(one.number)
    if (pull?.isFork === true && !one.isFork) return 'its branch is in another repository now'
    return now - one.pushedAt > previewAgeMs && !isPushed(one) ? whyOld : undefined
  }
  const remove = running.flatMap(one => {
    const why = mayNotGoOn(one)
    return why === undefined ? [] : [{ number: one.number, why }]
  })
  const staying = running.filter(one => mayNotGoOn(one) === undefined)
  const gone = open === undefined ? [] : known.filter(({ number }) => !openOnes.has(number))

  const wishing = [...openOnes.values()]
    .filter(({ number }) => knownOnes.get(number)?.preview === undefined)
    .toSorted((a, b) => b.number - a.number)
  const refused = wishing.flatMap(({ number, ...pull }) => {
    const why = whyNone(pull, knownOnes.get(number))
    return why === undefined ? [] : [{ number, why }]
  })
  const able = wishing.filter(({ number }) => !refused.some(one => one.number === number))
  const room = Math.max(0, mostPreviews - elsewhere - staying.length)
  const full = able.slice(room).map(({ number }) => ({ number, why: whyFull }))

  return {
    remove,
    confirm: staying.filter(one => gone.includes(one)).map(({ number }) => number),
    follow: staying.filter(isPushed).map(({ number }) => number),
    create: able.slice(0, room).map(({ number }) => number),
    forget: gone.filter(({ preview }) => preview === undefined).map(({ number }) => number),
    without: [...full, ...refused].toSorted((a, b) => b.number - a.number),
  }

  function whyNone(pull: Omit<OpenPull, 'number'>, before: KnownPull | undefined): string | undefined {
    if (pull.isFork && clusterKind === 'local') return whyFork
    if (before?.seenSha === pull.sha) return whySeen
    return now - pull.updatedAt > previewAgeMs ? whyQuiet : undefined
  }
}
