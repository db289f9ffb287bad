import { z } from 'zod'
import { failureSchema } from './failure.ts'

const mostPaths = 50
const longestPath = 300

/** A folder or a pattern of the repository: `apps/web`, `docs/**`, `*.md`. */
const watchedPathSchema = z
  .string()
  .trim()
  .max(longestPath)
  .transform(path => path.replace(/^\.?\/+|\/+$/g, ''))
  .refine(path => path !== '' && !path.split('/').includes('..') && !/\p{Cc}/u.test(path), {
    message: 'A path to watch lies in the repository, such as apps/web or docs/**.',
  })

export const watchedPathsSchema = z.array(watchedPathSchema).max(mostPaths)

/**
 * Whether a push to the branch deploys. `paths`: it does only when one of these was changed; none of them: always. `trouble`: why
 * nobody knows whether something was pushed. `notice`: what else there is to know of the repository.
 */
export const pushSettingSchema = z.object({
  isOn: z.boolean(),
  paths: z.array(z.string()),
  trouble: failureSchema.nullable(),
  notice: z.string().nullable(),
  /** UTC milliseconds of the last answer; null before the first one since Slipway was started. */
  lookedAt: z.number().int().nullable(),
})
export type PushSetting = z.infer<typeof pushSettingSchema>

/** What a message says to keep its commit from being deployed; undefined when it says nothing of the kind. */
export const findSkipWord = (message: string): string | undefined =>
  /\[(?:skip (?:deploy|ci)|(?:deploy|ci) skip|no ci)\]/i.exec(message)?.[0]

/** Whether the file is one of these, or lies in a folder of these. `*` and `?` stop at a slash, `**` does not. */
export function isWatchedFile(file: string, paths: readonly string[]): boolean {
  return paths.some(path => toPattern(path).test(file))
}

/** Like in a `.gitignore`: what has no slash in it is meant at any depth when it has a `*`, else at the top. */
function toPattern(path: string): RegExp {
  const start = path.includes('*') && !path.includes('/') ? '(?:.*/)?' : ''
  const body = path.replace(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, part => wildcards[part] ?? `\\${part}`)
  return new RegExp(`^${start}${body}(?:/.*)?$`)
}

const wildcards: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
}
