import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import {
  accountSchema,
  deviceStepSchema,
  gitHubAddressSchema,
  loginSchema,
  refPageSchema,
  repositoryPageSchema,
  signInOptionsSchema,
  sourceChangesSchema,
  tokenSchema,
} from '../domain/github.ts'
import { byId, entry } from './entry.ts'

const at = z.object({ baseUrl: gitHubAddressSchema })

/** An OAuth or GitHub App's, which is no secret. */
const clientId = z
  .string()
  .trim()
  .regex(/^[\w.-]{1,100}$/, 'A client id has letters, digits, dots and dashes.')

/** Who is signed in at GitHub. Each of them is a user. */
export const accounts = {
  list: entry.output(z.array(accountSchema)),
  /** How one can sign in there, from here. */
  options: entry.input(at).output(signInOptionsSchema),
  /** Shows a code to be typed at GitHub, and ends when that was done. Breaking it off ends the sign-in. */
  signInByCode: entry
    .input(at.extend({ clientId: clientId.optional() }))
    .output(eventIterator(deviceStepSchema)),
  /** With a token that was made there. It never comes back. */
  signInWithToken: entry
    .input(at.extend({ token: z.string().trim().pipe(tokenSchema) }))
    .output(accountSchema),
  /** With the token of the GitHub CLI of this computer. */
  signInByCli: entry.input(at).output(accountSchema),
  /** Deletes the token here. What is deployed stays. */
  signOut: entry.input(byId).output(z.object({})),
}

/** What an account sees at GitHub. `id` is the account's. */
export const github = {
  /** As they come; the last page is complete, or says why it is not. */
  repositories: entry.input(byId).output(eventIterator(repositoryPageSchema)),
  /** Branches, tags and open pull requests of the repository at that address, with the last commits of the first of them. */
  refs: entry.input(byId.extend({ address: z.string().max(2000) })).output(eventIterator(refPageSchema)),
  /**
   * What changed in the source of the deployment `id` since the release that serves. Null: nothing serves, or its source is at no
   * GitHub that anybody is signed in to.
   */
  changes: entry.input(byId).output(sourceChangesSchema.nullable()),
  /** A small picture of somebody. Null: there is none now. */
  picture: entry
    .input(byId.extend({ login: loginSchema }))
    .output(z.object({ dataUrl: z.string().nullable() })),
}
