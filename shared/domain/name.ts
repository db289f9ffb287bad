import { z } from 'zod'
import { namePattern, nameRule } from './name-pattern.ts'

export const nameSchema = z.string().regex(namePattern, nameRule)

/** A valid name made from any text, such as the last part of a repository URL. Empty text gives `app`. */
export function toName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/\.git$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return name === '' ? 'app' : name
}

/** The last part of a source's address: `https://host/ana/blog.git` and `/home/ana/blog/` give `blog`. */
export function toNameFromSource(address: string): string {
  return toName(
    address
      .replace(/[/\\]+$/, '')
      .split(/[/\\:]/)
      .at(-1) ?? '',
  )
}

/** `name`, else `name-2`, `name-3` ...: the first that is not taken. */
export function toFreeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name
  for (let n = 2; ; n++) {
    const candidate = `${name.slice(0, 36)}-${n}`
    if (!isTaken(candidate)) return candidate
  }
}
