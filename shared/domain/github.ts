import { z } from 'zod'
import { failureSchema } from './failure.ts'
import { commitSchema, idSchema } from './records.ts'

/** What can be sent as a header: any other character is a slip of the clipboard, and its error would quote the token. */
export const tokenSchema = z
  .string()
  .max(1000)
  .regex(
    /^[\x21-\x7e]+$/,
    'A token has neither spaces nor special characters: copy all of it, and nothing else.',
  )

/** UTC milliseconds. */
const time = z.number().int()

/** How an account was signed in: by a code typed at GitHub, by a token that was pasted, or by the GitHub CLI. */
export const signInWays = ['device', 'token', 'cli'] as const
export type SignInWay = (typeof signInWays)[number]

const isLoopback = (host: string): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(host)

/**
 * The address at which people open it, such as `https://github.example.com`, without a slash at its end. A token is sent there,
 * so it has to be https, except on this computer.
 */
export const gitHubAddressSchema = z
  .string()
  .trim()
  .max(500)
  .transform(text => (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`))
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    const isRight =
      url !== undefined &&
      url.username === '' &&
      url.password === '' &&
      url.hostname !== '' &&
      (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))
    if (isRight) return url.origin
    context.addIssue({
      code: 'custom',
      message: 'Write the address of GitHub as https://github.example.com.',
    })
    return z.NEVER
  })

/**
 * Somebody who is signed in. `scopes`: what an OAuth token may do; null where permissions are given in another way, as with
 * fine-grained tokens. `failure`: why it does not work any more.
 */
export const accountSchema = z.object({
  id: idSchema,
  userId: idSchema,
  login: z.string(),
  /** As the person calls herself; empty where she says nothing. */
  name: z.string(),
  avatarUrl: z.string(),
  baseUrl: z.string(),
  way: z.enum(signInWays),
  scopes: z.array(z.string()).nullable(),
  failure: failureSchema.nullable(),
  createdAt: time,
})
export type Account = z.infer<typeof accountSchema>

/** What a sign-in by a code goes through; the last one has the account. */
export const deviceStepSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('code'),
    /** To be typed at `url`. */
    code: z.string(),
    url: z.string(),
    expiresAt: time,
  }),
  z.object({ state: z.literal('done'), account: accountSchema }),
])
export type DeviceStep = z.infer<typeof deviceStepSchema>

/** `missing`: why it cannot be done here, as the end of a sentence; null where it can. */
export const signInOptionsSchema = z.object({
  device: z.object({ missing: z.string().nullable() }),
  cli: z.object({ missing: z.string().nullable() }),
  /** Where a token is made, with what it needs filled in. */
  tokenUrl: z.string(),
})
export type SignInOptions = z.infer<typeof signInOptionsSchema>

export const repositoryOrigins = ['own', 'organisation', 'shared', 'starred'] as const
export type RepositoryOrigin = (typeof repositoryOrigins)[number]

export const repositorySchema = z.object({
  /** `ana/blog`. */
  fullName: z.string(),
  description: z.string(),
  origin: z.enum(repositoryOrigins),
  isPrivate: z.boolean(),
  isArchived: z.boolean(),
  isFork: z.boolean(),
  defaultBranch: z.string(),
  language: z.string(),
  /** 0: nothing was pushed yet. */
  pushedAt: time,
  /** For git. */
  address: z.string(),
})
export type Repository = z.infer<typeof repositorySchema>

/** Repositories as they come; `failure` says why some are missing, and ends it. */
export const repositoryPageSchema = z.object({
  repositories: z.array(repositorySchema),
  isComplete: z.boolean(),
  failure: failureSchema.nullable(),
})
export type RepositoryPage = z.infer<typeof repositoryPageSchema>

/** As GitHub writes it. */
export const loginSchema = z.string().regex(/^[\w.-]{1,100}(?:\[bot\])?$/)

/** `login`: whose it is at GitHub; null where it knows the author by name alone. */
export const gitHubCommitSchema = commitSchema.extend({ login: z.string().nullable() })
export type GitHubCommit = z.infer<typeof gitHubCommitSchema>

export const refKinds = ['branch', 'tag', 'pull'] as const
/**
 * Something of a repository that can be deployed. `ref`: what the deployment keeps as its branch. `commit`: null while it is not
 * known.
 */
export const gitHubRefSchema = z.object({
  kind: z.enum(refKinds),
  ref: z.string(),
  /** For people: `main`, `v1`, `#12 New cart`. */
  title: z.string(),
  sha: z.string(),
  commit: commitSchema.nullable(),
})
export type GitHubRef = z.infer<typeof gitHubRefSchema>

/** Refs as they come. One that comes again is known better. `failure` says why some are missing, and ends it. */
export const refPageSchema = z.object({ refs: z.array(gitHubRefSchema), failure: failureSchema.nullable() })
export type RefPage = z.infer<typeof refPageSchema>

/** What changed since the running release, as the account sees it. `commits`: the newest first, as many as GitHub lists. */
export const sourceChangesSchema = z.object({
  accountId: idSchema,
  ahead: z.number().int(),
  /** Commits that run and are not in the branch any more. */
  behind: z.number().int(),
  commits: z.array(gitHubCommitSchema.extend({ url: z.string() })),
  url: z.string(),
})
export type SourceChanges = z.infer<typeof sourceChangesSchema>
