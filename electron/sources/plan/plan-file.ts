import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Plan } from '../../../shared/domain/plan.ts'
import { type PlanFile, planFileName, planFileSchema } from '../../../shared/domain/plan-file.ts'
import type { Files } from './files.ts'

/** What the repository's `slipway.json` says; undefined if there is none. Throws when it cannot be followed. */
export async function readPlanFile(files: Files): Promise<PlanFile | undefined> {
  const text = await files.read(planFileName)
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid('It is no JSON.', cause)
  }
  const parsed = planFileSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  throw invalid(`${field === '' ? '' : `${field}: `}${issue?.message ?? 'It does not fit.'}`, parsed.error)
}

const invalid = (why: string, cause: unknown): SlipwayError =>
  new SlipwayError(
    {
      code: 'plan_not_recognised',
      message: `The ${planFileName} of the repository cannot be followed. ${why}`,
      hint: 'Correct it, commit, and deploy again. Its fields are folder, install, build, start, output, fallback, dockerfile, target, arguments, context, port, healthPath, worker, releaseCommand and keep.',
    },
    cause,
  )

/** A plan that is all in the file, where nothing else was recognised. */
export const emptyPlan = (file: PlanFile): Plan | undefined => {
  if (!file.start && file.output === undefined) return undefined
  return {
    kind: file.start ? 'shell' : 'static',
    label: planFileName,
    root: '.',
    ...{ runtime: null, install: null, build: null, start: null, output: null, fallback: null, port: null },
    notes: [],
  }
}
