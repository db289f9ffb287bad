import { z } from 'zod'

/** A DNS label, since the name becomes `http://<name>.localhost`. */
export const nameSchema = z
  .string()
  .regex(
    /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
    'Use 1 to 40 lower-case letters, digits and dashes; start with a letter.',
  )

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
