import { z } from 'zod'

/** Rules about kept folders: paths below the app's folder whose content outlives its releases. */

export const mostKeptFolders = 20
const mostBytes = 200

/** Made anew by every build, wherever they lie: nothing in them is an app's own. */
const madeFolders = new Set([
  ...['node_modules', '.git', '.venv', 'venv', '__pycache__', '.cache', '.next', '.nuxt', '.svelte-kit'],
  ...['.astro', '.turbo', '.parcel-cache', '.pytest_cache', '.gradle', 'bower_components'],
])
/** The build puts its result there; a folder below them may still be kept, such as `dist/data`. */
const outputFolders = new Set(['dist', 'build', 'out', 'target', '.output'])

export const isMadeByBuild = (name: string): boolean => madeFolders.has(name)

/** The path as it is kept: `./data/` is `data`. */
export const toFolderPath = (text: string): string =>
  text
    .trim()
    .replace(/^(?:\.\/+)+/, '')
    .replace(/\/+$/, '')

/** Why a folder cannot be kept, as a sentence without its end; undefined when it can. `kept`: the others. */
export function whyFolderIsRefused(
  folder: string,
  { kept = [], output = null }: { kept?: readonly string[]; output?: string | null } = {},
): string | undefined {
  if (folder === '' || folder === '.') return 'Name a folder inside of the app, such as data'
  if (/^(?:[/\\~]|[A-Za-z]:)/.test(folder)) return `${folder} is no path inside of the app`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\0-\x1f\x7f\\\u2028\u2029\ufffd]/.test(folder) || folder !== folder.trim())
    return 'The name of a folder has no control characters, backslashes or spaces at its ends'
  if (new TextEncoder().encode(folder).length > mostBytes) return `A path has at most ${mostBytes} bytes`
  const parts = folder.split('/')
  if (parts.some(part => part === '' || part === '.' || part === '..'))
    return `${folder} is no plain path: use names with / between them, without . and ..`
  const made = parts.find(part => madeFolders.has(part))
  if (made !== undefined) return `${made} is made anew by every build`
  if (outputFolders.has(parts.at(-1) ?? '') || (output !== null && isInside(toFolderPath(output), folder)))
    return `${folder} is where the build puts what it makes, so each release needs its own`
  return whyBesideOthers(folder, kept)
}

function whyBesideOthers(folder: string, kept: readonly string[]): string | undefined {
  if (kept.includes(folder)) return `${folder} is kept already`
  const outer = kept.find(other => isInside(folder, other))
  if (outer !== undefined) return `${folder} is kept already, since it is in ${outer}`
  const inner = kept.find(other => isInside(other, folder))
  if (inner !== undefined) return `${inner}, which is in ${folder}, is kept: stop keeping it first`
  return kept.length >= mostKeptFolders ? `At most ${mostKeptFolders} folders are kept` : undefined
}

const isInside = (folder: string, other: string): boolean =>
  folder === other || folder.startsWith(`${other}/`)

/** What a deployment keeps: the person's folders, and those that the repository's plan names and that go with them. */
export function toKeptFolders(own: readonly string[], planned: readonly string[] = []): string[] {
  const kept = [...own]
  for (const folder of planned) if (whyFolderIsRefused(folder, { kept }) === undefined) kept.push(folder)
  return kept
}

/** A kept folder as people see it. */
export const keptFolderSchema = z.object({
  path: z.string(),
  /** `person`: kept. `plan`: kept because `slipway.json` says so. `none`: not kept any more, its data is still there. */
  keptBy: z.enum(['person', 'plan', 'none']),
  /** Where its data lies; null before the app was started with it. */
  place: z.string().nullable(),
})
export type KeptFolder = z.infer<typeof keptFolderSchema>

/** What the app that serves has written beside what its build made. `refusal`: why the folder cannot be kept. */
export const writtenFilesSchema = z.object({
  /** The folder of the app; null when nothing serves. */
  place: z.string().nullable(),
  /** `path` is empty for the top of the app's folder. */
  folders: z.array(
    z.object({
      path: z.string(),
      files: z.number().int(),
      bytes: z.number().int(),
      example: z.string(),
      /** There are files of the build in it too. */
      isShared: z.boolean(),
      refusal: z.string().nullable(),
    }),
  ),
  /** Not all files were looked at: there are too many. */
  isComplete: z.boolean(),
})
export type WrittenFiles = z.infer<typeof writtenFilesSchema>
