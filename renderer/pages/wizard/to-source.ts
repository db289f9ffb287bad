import type { Source } from '../../../shared/domain/records.ts'

/**
 * What was typed, as a source; null when it is neither an address nor a full path. `github.com/ana/blog` and
 * `ana@host:blog` are addresses, `~/blog` is not a path that another process can resolve by itself.
 */
export function toSource(text: string): Source | null {
  const address = text.trim()
  if (address.startsWith('/') || /^[a-z]:[\\/]/i.test(address)) return { kind: 'folder', address }
  if (/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(address)) return { kind: 'git', address }
  if (/^[\w.-]+@[\w.-]+:\S+$/.test(address)) return { kind: 'git', address }
  if (/^[\w-]+(\.[\w-]+)+\/\S+$/.test(address)) return { kind: 'git', address: `https://${address}` }
  return null
}
