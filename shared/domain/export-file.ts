import { z } from 'zod'
import { followingSchema } from './following.ts'
import { mostKeptFolders, whyFolderIsRefused } from './kept-folder.ts'
import { nameSchema } from './name.ts'
import { planEditsSchema } from './plan.ts'
import { sourceSchema } from './records.ts'
import { defaultSize, instancesSchema, sizeSchema } from './size.ts'
import { isSameUserName } from './user.ts'
import { variableNameSchema, variableScopeSchema } from './variable.ts'
import { whyValueIsRefused } from './variable-rules.ts'

/** Raised with every change after which an older Slipway would take a file for less than it is. */
export const exportFormat = 1
/** UTF-8 bytes of a file. */
export const mostExportBytes = 4 * 1024 * 1024

const leastPassphraseLetters = 10
const mostPassphraseLetters = 1000

/** Why a passphrase is not taken for a new file; undefined when it is good. */
export function whyPassphraseIsRefused(passphrase: string): string | undefined {
  const letters = [...passphrase].length
  if (letters < leastPassphraseLetters) return `Use at least ${leastPassphraseLetters} characters`
  return letters > mostPassphraseLetters ? `Use at most ${mostPassphraseLetters} characters` : undefined
}

export const passphraseSchema = z.string().max(mostPassphraseLetters)

/** The login name of a computer may be what no name of ours could be. */
const ownerSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u)

/** `value` null: a secret, whose value is sealed or not in the file. */
const exportedVariableSchema = z.object({
  name: variableNameSchema,
  scope: variableScopeSchema,
  value: z
    .string()
    .refine(value => whyValueIsRefused(value) === undefined)
    .nullable(),
})

const exportedDeploymentSchema = z.object({
  name: nameSchema,
  branch: z.string().max(1000),
  port: z.number().int().min(1).max(65535).nullable(),
  planEdits: planEditsSchema,
  keepsRunning: z.boolean(),
  /** Names only: what is in them stays on its computer. */
  keptFolders: z
    .array(z.string())
    .max(mostKeptFolders)
    .refine(all => all.every((one, at) => whyFolderIsRefused(one, { kept: all.slice(0, at) }) === undefined))
    .default([]),
  size: sizeSchema.default(defaultSize),
  instances: instancesSchema.default(1),
  following: followingSchema.default({}),
  variables: z.array(exportedVariableSchema).max(1000),
})
export type ExportedDeployment = z.infer<typeof exportedDeploymentSchema>

const exportedProjectSchema = z.object({
  owner: ownerSchema,
  name: z.string().min(1).max(200),
  source: sourceSchema,
  deployments: z.array(exportedDeploymentSchema),
})
export type ExportedProject = z.infer<typeof exportedProjectSchema>

/**
 * What a file carries to another computer: what should be, not what was done (builds, releases, logs), and nothing that holds
 * for one computer only (the consent to run code, where secrets are).
 */
export const exportContentsSchema = z
  .object({
    settings: z.object({ keepsRunning: z.boolean() }),
    users: z.array(ownerSchema),
    projects: z.array(exportedProjectSchema),
  })
  .superRefine(({ users, projects }, context) => {
    const names = projects.flatMap(({ deployments }) => deployments.map(({ name }) => name))
    const variables = projects
      .flatMap(({ deployments }) => deployments)
      .flatMap(one => one.variables.map(({ name }) => `${one.name} ${name}`))
    const isOwned = projects.every(({ owner }) => users.includes(owner))
    const areDistinct = !users.some((user, index) =>
      users.slice(index + 1).some(other => isSameUserName(user, other)),
    )
    if (!isOwned || !areDistinct || hasTwice(names) || hasTwice(variables))
      context.addIssue({ code: 'custom', message: 'The parts do not fit together.' })
  })
export type ExportContents = z.infer<typeof exportContentsSchema>

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/)

/**
 * AES-256-GCM over the values of secrets, with a key that scrypt makes of the passphrase. `check`: tells a wrong passphrase
 * from a damaged file. The bounds keep a file from asking for more memory than a computer has, or for hardly any work.
 */
export const sealedSchema = z.object({
  kdf: z.object({
    name: z.literal('scrypt'),
    cost: z.literal([2 ** 15, 2 ** 16, 2 ** 17, 2 ** 18]),
    blockSize: z.literal(8),
    parallelization: z.number().int().min(1).max(4),
    salt: base64.length(24),
  }),
  cipher: z.literal('aes-256-gcm'),
  check: base64.length(24),
  iv: base64.length(16),
  tag: base64.length(24),
  data: base64,
})
export type Sealed = z.infer<typeof sealedSchema>

/** Deployment, variable and value of every secret: what is sealed. */
export const secretValuesSchema = z.array(z.tuple([z.string(), z.string(), z.string()]))
export type SecretValues = z.infer<typeof secretValuesSchema>

/** What an import does with one deployment of the file. `secrets`: those that are not here; `missing`: those of them without a value. */
const importedSchema = z.object({
  name: nameSchema,
  owner: z.string(),
  source: sourceSchema,
  outcome: z.enum(['added', 'kept', 'left_out']),
  /** Why it is kept or left out. */
  note: z.string(),
  variables: z.number().int(),
  secrets: z.array(z.string()),
  missing: z.array(z.string()),
})
export type Imported = z.infer<typeof importedSchema>

/** What an import would do, or did. */
export const importReportSchema = z.object({
  madeAt: z.number().int(),
  /** Whether the file has the values of secrets, under a passphrase. */
  isSealed: z.boolean(),
  users: z.object({ added: z.array(z.string()), kept: z.array(z.string()) }),
  projects: z.object({ added: z.number().int(), kept: z.number().int() }),
  deployments: z.array(importedSchema),
  /** The settings of the file are taken over: here nothing was deployed yet. */
  takesSettings: z.boolean(),
})
export type ImportReport = z.infer<typeof importReportSchema>

const hasTwice = (texts: readonly string[]): boolean => new Set(texts).size < texts.length
