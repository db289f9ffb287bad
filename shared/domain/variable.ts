import { z } from 'zod'

/** When a variable is there: while the app runs, while it is built, or both. */
export const variableScopes = ['run', 'build', 'both'] as const
export const variableScopeSchema = z.enum(variableScopes)
export type VariableScope = z.infer<typeof variableScopeSchema>

const nameLength = 256
/** UTF-8 bytes of one value, and of all variables of a deployment together. */
export const mostVariableBytes = 128 * 1024

/** What Slipway sets itself, and what decides how programs are found and loaded. */
const reservedNames: Readonly<Record<string, string>> = {
  PORT: 'Slipway sets PORT. Change the port in the settings instead',
  PATH: 'PATH decides which programs are found; put programs into the repository instead',
  HOME: 'HOME belongs to the person who runs Slipway',
  SLIPWAY: 'Slipway sets SLIPWAY itself',
}

/** Why a name is refused, as a sentence without its end; undefined when it is good. */
export function whyNameIsRefused(name: string): string | undefined {
  if (name === '') return 'A variable needs a name'
  if (name.length > nameLength) return `A name has at most ${nameLength} characters`
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return 'A name has only letters, digits and _, and does not begin with a digit'
  if (/^SLIPWAY_/.test(name)) return 'Names that begin with SLIPWAY_ belong to Slipway'
  return Object.hasOwn(reservedNames, name) ? reservedNames[name] : undefined
}

/** Why a value is refused; undefined when it is good. */
export function whyValueIsRefused(value: string): string | undefined {
  if (value.includes('\0')) return 'A value cannot hold a NUL character'
  if (byteLength(value) > mostVariableBytes) return 'A value has at most 128 KiB'
  return undefined
}

export const byteLength = (text: string): number => {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

export const variableNameSchema = z.string().superRefine((name, context) => {
  const why = whyNameIsRefused(name)
  if (why !== undefined) context.addIssue({ code: 'custom', message: `${name || 'The name'}: ${why}.` })
})

const valueSchema = z.string().superRefine((value, context) => {
  const why = whyValueIsRefused(value)
  if (why !== undefined) context.addIssue({ code: 'custom', message: `${why}.` })
})

/** A variable as people see it. Of a secret they see that it is set: `value` is null. */
export const variableSchema = z.object({
  name: variableNameSchema,
  scope: variableScopeSchema,
  isSecret: z.boolean(),
  value: z.string().nullable(),
  changedAt: z.number().int(),
  /** The serving release has another one, or none, of this name. */
  isPending: z.boolean(),
})
export type Variable = z.infer<typeof variableSchema>

/** `removed`: names that the serving release still has. */
export const variableListSchema = z.object({
  variables: z.array(variableSchema),
  removed: z.array(z.string()),
})
export type VariableList = z.infer<typeof variableListSchema>

/** A wish for one variable. No `value`: what it has is kept (a secret's too). */
export const variableEditSchema = z.object({
  name: variableNameSchema,
  scope: variableScopeSchema,
  isSecret: z.boolean(),
  value: valueSchema.optional(),
})
export type VariableEdit = z.infer<typeof variableEditSchema>

export const variableChangesSchema = z
  .object({
    set: z.array(variableEditSchema).max(1000).default([]),
    remove: z.array(z.string()).max(1000).default([]),
  })
  .superRefine(({ set }, context) => {
    const names = set.map(({ name }) => name)
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice !== undefined) context.addIssue({ code: 'custom', message: `${twice} is there twice.` })
  })
export type VariableChanges = z.infer<typeof variableChangesSchema>

/** A variable as a build or release keeps it: a secret by the version of its value, which the secret store has. */
export const storedVariableSchema = z
  .object({ name: z.string(), scope: variableScopeSchema })
  .and(z.union([z.object({ value: z.string() }), z.object({ secretVersion: z.string() })]))
export type StoredVariable = z.infer<typeof storedVariableSchema>

export const isAtBuild = ({ scope }: { scope: VariableScope }): boolean => scope !== 'run'
export const isAtRun = ({ scope }: { scope: VariableScope }): boolean => scope !== 'build'

/** Front-end tools put these into the files that they build. */
export const suggestScope = (name: string): VariableScope =>
  /^(?:VITE|NEXT_PUBLIC|PUBLIC|REACT_APP|NUXT_PUBLIC|GATSBY|VUE_APP)_/.test(name) ? 'build' : 'run'

export const suggestSecret = (name: string): boolean =>
  suggestScope(name) !== 'build' &&
  /(?:SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PRIVATE|CREDENTIAL)|(?:^|_)(?:API_?KEY|KEY|DSN|PASS|PWD)$|DATABASE_URL|REDIS_URL|MONGO\w*_URI/.test(
    name.toUpperCase(),
  )
