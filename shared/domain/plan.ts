import { z } from 'zod'
import { healthPathPattern, healthPathRule } from './health-path.ts'
import {
  dockerfileWishSchema,
  insidePathSchema,
  type OwnDockerfile,
  ownDockerfileSchema,
  withWish,
} from './own-dockerfile.ts'

export const planKinds = [
  'image',
  'dockerfile',
  'node',
  'python',
  'go',
  'deno',
  'static',
  'shell',
  'procfile',
] as const

/** A value of the plan and where it was found, such as `package.json scripts.start`, or `set by you`. */
const found = <T extends z.ZodType>(value: T) => z.object({ value, origin: z.string() })

export const toolNames = ['node', 'pnpm', 'yarn', 'bun'] as const

/**
 * A program that the repository wants in a version. `range`: as npm writes ranges. `isPinned`: no other will do, while
 * `engines` only says what is known to work. `fetched`: the version that Slipway brought for it; null where this computer's
 * own is used.
 */
const toolSchema = z.object({
  name: z.enum(toolNames),
  range: z.string(),
  origin: z.string(),
  isPinned: z.boolean(),
  fetched: z.string().nullable(),
})
export type Tool = z.infer<typeof toolSchema>

/**
 * How one commit becomes something that runs: shell commands, run in `root` of the checkout, and the port. Of an image, the port
 * alone; `runtime` is the image then.
 * `start` is null for static files, which Slipway serves itself from `output` (a folder below `root`); `fallback` is the
 * file in it that answers for pages that are no file, as single-page apps need.
 * `runtime` is a program and version for people ("Node 24"). `notes` are sentences to show before the build. `packages`: what a
 * container needs besides the runtime ("pnpm@9"). `reads`: all that installing reads, where that is known to be a few files.
 */
export const planSchema = z.object({
  kind: z.enum(planKinds),
  label: z.string(),
  root: z.string(),
  runtime: found(z.string()).nullable(),
  install: found(z.string()).nullable(),
  build: found(z.string()).nullable(),
  start: found(z.string()).nullable(),
  output: found(z.string()).nullable(),
  fallback: found(z.string()).nullable().default(null),
  port: found(z.number().int().min(1).max(65535)).nullable(),
  notes: z.array(z.string()),
  /** Absent: none. */
  tools: z.array(toolSchema).optional(),
  packages: z.array(z.string()).optional(),
  reads: z.array(z.string()).optional(),
  /** Folders that the repository asks to keep. */
  keep: z.array(z.string()).optional(),
  /** As the repository says it, without the person's wish, which no build depends on. */
  healthPath: found(z.string()).optional(),
  /** The same of an app that listens nowhere. */
  worker: found(z.boolean()).optional(),
  /** Runs once before a release takes the traffic. */
  releaseCommand: found(z.string()).optional(),
  /** Absent where the app is built otherwise. */
  dockerfile: ownDockerfileSchema.optional(),
})
export type Plan = z.infer<typeof planSchema>

const command = z.string().trim().max(2000)

/** A folder below the top of the repository; an empty text is the top. */
export const folderSchema = insidePathSchema

export const healthPathSchema = z.string().regex(healthPathPattern, healthPathRule)

/** What the person changed in the plan. Absent: as found. Empty string: none ("do not build"). */
export const planEditsSchema = dockerfileWishSchema.extend({
  /** The folder of the app, where a repository has several. */
  root: folderSchema.optional(),
  install: command.optional(),
  build: command.optional(),
  start: command.optional(),
  output: z.string().trim().max(500).optional(),
  healthPath: healthPathSchema.optional(),
  /** It listens nowhere. */
  worker: z.boolean().optional(),
  releaseCommand: command.optional(),
})
export type PlanEdits = z.infer<typeof planEditsSchema>

/** What decides over which plan is found: the folder of the app, the Dockerfile below it, and its stage. */
export type PlanChoice = Pick<PlanEdits, 'root' | 'dockerfile' | 'target'>

const editOrigin = 'set by you'

/** What no build depends on, so that it is laid over the plan at each release. */
type Said = 'healthPath' | 'worker' | 'releaseCommand'

/** The part that holds, with who said so; undefined where it is empty. The person's wish wins over the repository's. */
export function findSaid<P extends Said>(
  plan: Pick<Plan, P>,
  edits: Pick<PlanEdits, P>,
  part: P,
): NonNullable<Plan[P]> | undefined {
  const said =
    edits[part] === undefined ? plan[part] : ({ value: edits[part], origin: editOrigin } as Plan[P])
  return said?.value ? said : undefined
}

/** The plan with the person's edits and port laid over it. */
export function withEdits(plan: Plan, edits: PlanEdits, port: number | null): Plan {
  const edited = (found: Plan['install'], edit: string | undefined): Plan['install'] => {
    if (edit === undefined) return found
    return edit === '' ? null : { value: edit, origin: editOrigin }
  }
  const { reads, ...rest } = plan
  const own = toOwnDockerfile(plan)
  return {
    ...rest,
    ...(own === undefined ? {} : { dockerfile: withWish(own, edits, editOrigin) }),
    // What another command reads is not known.
    ...(reads === undefined || edits.install !== undefined ? {} : { reads }),
    install: edited(plan.install, edits.install),
    build: edited(plan.build, edits.build),
    start: edited(plan.start, edits.start),
    output: edited(plan.output, edits.output),
    port: port === null ? plan.port : { value: port, origin: editOrigin },
  }
}

/** Undefined where the app is not built by a Dockerfile of its repository. */
export function toOwnDockerfile({ kind, label, root, dockerfile }: Plan): OwnDockerfile | undefined {
  if (kind !== 'dockerfile') return undefined
  const origin = 'found in the repository'
  const file = { value: label, origin }
  return dockerfile ?? { file, context: { value: root || '.', origin }, target: null, arguments: {} }
}
