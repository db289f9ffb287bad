import { z } from 'zod'
import { mostKeptFolders, whyFolderIsRefused } from './kept-folder.ts'
import { dockerfileWishSchema, type OwnDockerfile, toArguments, withWish } from './own-dockerfile.ts'
import { folderSchema, healthPathSchema, type Plan, toOwnDockerfile } from './plan.ts'

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
  dockerfile: dockerfileWishSchema.shape.dockerfile.describe(
    'The Dockerfile that the app is built by, below its folder; "" builds it without the one that is there.',
  ),
  target: dockerfileWishSchema.shape.target.describe(
    'The stage of the Dockerfile to end with, where it is not the last one.',
  ),
  arguments: dockerfileWishSchema.shape.arguments.describe(
    'Build arguments of the Dockerfile. Anybody who has the image can read them: they are no place for secrets.',
  ),
  context: dockerfileWishSchema.shape.context.describe(
    'The folder that the Dockerfile copies from, below the top of the repository, where it is not the folder of the app; "" is the top.',
  ),
  port: z.int().min(1).max(65_535).optional().describe('Where the app listens.'),
  healthPath: healthPathSchema
    .optional()
    .describe(
      'Where the app is asked over HTTP whether it is ready, such as "/healthz"; any answer from 200 to 399 counts.',
    ),
  worker: z
    .boolean()
    .optional()
    .describe('Whether the app listens nowhere, as one that works through a queue: it has no URL then.'),
  releaseCommand: command
    .optional()
    .describe(
      'Runs once for each new release before it takes the traffic, such as "npm run migrate"; where it fails, the release does.',
    ),
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
  const own = toOwnDockerfile(plan)
  // The file itself was found as it says.
  const { dockerfile: _, ...wish } = file
  return {
    ...rest,
    ...(own === undefined ? {} : { dockerfile: withWish(own, wish, planFileName) }),
    ...(reads === undefined || file.install !== undefined ? {} : { reads }),
    ...(isServer ? { output: null, fallback: null } : {}),
    ...Object.fromEntries(said),
    port: file.port === undefined ? plan.port : { value: file.port, origin: planFileName },
    ...(file.healthPath ? { healthPath: { value: file.healthPath, origin: planFileName } } : {}),
    ...(file.releaseCommand ? { releaseCommand: { value: file.releaseCommand, origin: planFileName } } : {}),
    ...(file.worker === undefined ? {} : { worker: { value: file.worker, origin: planFileName } }),
    ...(file.keep === undefined ? {} : { keep: file.keep }),
    notes: [...plan.notes, ...(own !== undefined && file.keep?.length ? [keepsNothing(file.keep)] : [])],
  }
}

const keepsNothing = (folders: readonly string[]): string =>
  `${planFileName} asks to keep ${folders.join(', ')}. That has no effect here: an app that its Dockerfile builds runs in a container, whose files end with it.`

/** What a file must say for the plan to be found again. */
export function toPlanFile(plan: Plan): PlanFile {
  const own = toOwnDockerfile(plan)
  const found = parts.flatMap(part =>
    own === undefined && plan[part] ? [[part, plan[part].value] as const] : [],
  )
  return {
    ...(plan.root === '.' || plan.root === '' ? {} : { folder: plan.root }),
    ...Object.fromEntries(found),
    ...(own === undefined ? {} : toWish(own, plan.root || '.')),
    ...(plan.port === null ? {} : { port: plan.port.value }),
    ...(plan.healthPath === undefined ? {} : { healthPath: plan.healthPath.value }),
    ...(plan.worker === undefined ? {} : { worker: plan.worker.value }),
    ...(plan.releaseCommand === undefined ? {} : { releaseCommand: plan.releaseCommand.value }),
    ...(plan.keep === undefined ? {} : { keep: plan.keep }),
  }
}

function toWish(own: OwnDockerfile, root: string): Partial<PlanFile> {
  const context = own.context.value || '.'
  const given = toArguments(own)
  return {
    ...(['Dockerfile', 'Containerfile'].includes(own.file.value) ? {} : { dockerfile: own.file.value }),
    ...(own.target === null ? {} : { target: own.target.value }),
    ...(Object.keys(given).length === 0 ? {} : { arguments: given }),
    ...(context === root ? {} : { context }),
  }
}
