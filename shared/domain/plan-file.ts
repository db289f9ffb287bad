import { z } from 'zod'
import { mostKeptFolders, whyFolderIsRefused } from './kept-folder.ts'
import { folderSchema, type Plan } from './plan.ts'

export const planFileName = 'slipway.json'

const command = z.string().max(2000)

const keptFolders = z
  .array(z.string().max(200))
  .max(mostKeptFolders)
  .superRefine((folders, context) => {
    for (const [index, folder] of folders.entries()) {
      const why = whyFolderIsRefused(folder, { kept: folders.slice(0, index) })
      if (why !== undefined) context.addIssue({ code: 'custom', message: `${why}.`, path: [index] })
    }
  })

/** The plan as a repository may keep it. What is absent is found as usual; an empty text means none. */
export const planFileSchema = z.strictObject({
  $schema: z.string().optional(),
  folder: folderSchema
    .optional()
    .describe('The folder of the app, where it is not the top of the repository.'),
  install: command.optional().describe('Gets what the app needs, such as "npm ci".'),
  build: command.optional().describe('Makes what is started or served, such as "npm run build".'),
  start: command.optional().describe('Starts the app, such as "npm start". PORT is where it should listen.'),
  output: z
    .string()
    .max(500)
    .optional()
    .describe('The folder of the files to serve, for an app without a start command.'),
  fallback: z
    .string()
    .max(500)
    .optional()
    .describe('The file in it that answers for pages that are no file, such as "index.html".'),
  port: z.int().min(1).max(65_535).optional().describe('Where the app listens.'),
  keep: keptFolders
    .optional()
    .describe('Folders of the app whose files outlive its releases, such as "data" or "public/uploads".'),
})
export type PlanFile = z.infer<typeof planFileSchema>

const parts = ['install', 'build', 'start', 'output', 'fallback'] as const

/** The plan with what the file says laid over it. */
export function withPlanFile(plan: Plan, file: PlanFile): Plan {
  const said = parts.flatMap(part => {
    const value = file[part]
    if (value === undefined) return []
    return [[part, value === '' ? null : { value, origin: planFileName }] as const]
  })
  // A start command says that there is more than files to serve.
  const isServer = file.start !== undefined && file.start !== ''
  const { reads, ...rest } = plan
  return {
    ...rest,
    ...(reads === undefined || file.install !== undefined ? {} : { reads }),
    ...(isServer ? { output: null, fallback: null } : {}),
    ...Object.fromEntries(said),
    port: file.port === undefined ? plan.port : { value: file.port, origin: planFileName },
    ...(file.keep === undefined ? {} : { keep: file.keep }),
  }
}

/** What a file must say for the plan to be found again. */
export function toPlanFile(plan: Plan): PlanFile {
  const found = parts.flatMap(part => (plan[part] ? [[part, plan[part].value] as const] : []))
  return {
    ...(plan.root === '.' || plan.root === '' ? {} : { folder: plan.root }),
    ...Object.fromEntries(found),
    ...(plan.port === null ? {} : { port: plan.port.value }),
    ...(plan.keep === undefined ? {} : { keep: plan.keep }),
  }
}
