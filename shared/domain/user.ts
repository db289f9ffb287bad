import { z } from 'zod'

const mostLetters = 40

/** What Slipway calls itself where nobody asked for what it did. */
export const ownName = 'slipway'

/** Why a name is refused, as a sentence without its end; undefined when it is good. */
export function whyUserNameIsRefused(name: string): string | undefined {
  if (name === '') return 'A user needs a name'
  if ([...name].length > mostLetters) return `A name has at most ${mostLetters} characters`
  if (!/^[\p{L}\p{N}]/u.test(name)) return 'A name begins with a letter or a digit'
  if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(name)) return 'A name has only letters, digits, dots, dashes and _'
  if (isSameUserName(name, ownName)) return 'Slipway calls itself slipway'
  return undefined
}

/** A GitHub login or a local name. The name of the person who is logged in to this computer is taken as it is. */
export const userNameSchema = z
  .string()
  .transform(name => name.trim().normalize('NFC'))
  .superRefine((name, context) => {
    const why = whyUserNameIsRefused(name)
    if (why !== undefined) context.addIssue({ code: 'custom', message: `${why}.` })
  })

/** Ana and ana would be one person to whoever reads the history. */
export const isSameUserName = (one: string, other: string): boolean => toKey(one) === toKey(other)

const toKey = (name: string): string => name.normalize('NFC').toLowerCase()
