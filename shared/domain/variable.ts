import { z } from 'zod'
import { whyNameIsRefused, whyValueIsRefused } from './variable-rules.ts'

/** When a variable is there: while the app runs, while it is built, or both. */
export const variableScopes = ['run', 'build', 'both'] as const
export const variableScopeSchema = z.enum(variableScopes)
export type VariableScope = z.infer<typeof variableScopeSchema>

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
