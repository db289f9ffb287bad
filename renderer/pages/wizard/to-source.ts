import { parseImage, toImageAddress } from '../../../shared/domain/image.ts'
import type { Source } from '../../../shared/domain/records.ts'

/** `branch`: null where it is still to be chosen; the tag or digest of an image. */
export interface TypedSource {
  readonly source: Source
  readonly branch: string | null
  /** The account at GitHub that it was picked from. */
  readonly account?: { readonly id: string; readonly userId: string }
}

/**
 * What was typed, as a source; null when it is neither an address nor a full path. `github.com/ana/blog` and
 * `ana@host:blog` are addresses, `~/blog` is not a path that another process can resolve by itself.
 */
export function toSource(text: string): TypedSource | null {
  const source = toCodeSource(text.trim())
  return source && { source, branch: null }
}

function toCodeSource(address: string): Source | null {
  if (address.startsWith('/') || /^[a-z]:[\\/]/i.test(address)) return { kind: 'folder', address }
  if (/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(address)) return { kind: 'git', address }
  if (/^[\w.-]+@[\w.-]+:\S+$/.test(address)) return { kind: 'git', address }
  if (/^[\w-]+(\.[\w-]+)+\/\S+$/.test(address)) return { kind: 'git', address: `https://${address}` }
  return null
}

/** Null when it is no name of an image. */
export function toImageSource(text: string): TypedSource | null {
  const image = parseImage(text)
  return image === undefined
    ? null
    : { source: { kind: 'image', address: toImageAddress(image) }, branch: image.reference }
}
