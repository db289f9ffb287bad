import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Plan, PlanChoice } from '../../../shared/domain/plan.ts'
import { type PlanFile, planFileName, withPlanFile } from '../../../shared/domain/plan-file.ts'
import { listApps } from './apps.ts'
import { recogniseDeno } from './deno.ts'
import { planDockerfile, recogniseDockerfile } from './dockerfile.ts'
import { createFolderFiles, type Files, type Recogniser } from './files.ts'
import { recogniseGo } from './go.ts'
import { planMember, recogniseNode } from './node.ts'
import { emptyPlan, readPlanFile } from './plan-file.ts'
import { recogniseProcfile } from './procfile.ts'
import { recognisePython } from './python.ts'
import { recogniseShell } from './shell.ts'
import { recogniseStatic } from './static.ts'
import { filesBelow } from './workspaces.ts'

/** Order is the specification: the first that recognises the files makes the plan. */
const recognisers: readonly Recogniser[] = [
  recogniseDockerfile,
  recogniseProcfile,
  recogniseDeno,
  recogniseNode,
  recognisePython,
  recogniseGo,
  recogniseShell,
  recogniseStatic,
]

/**
 * How the code in the folder is built and started, without the person's other edits. Throws `plan_not_recognised`.
 */
export async function detectPlan(folder: string, choice?: PlanChoice): Promise<Plan> {
  return decidePlan(createFolderFiles(folder), choice)
}

/** The folders that have an app each, `.` for the top. */
export async function findApps(folder: string): Promise<string[]> {
  return listApps(createFolderFiles(folder), tryAll)
}

/** What `slipway.json` says wins over what is found; what the person chose wins over both. */
export async function decidePlan(files: Files, choice: PlanChoice = {}): Promise<Plan> {
  const top = await readPlanFile(files)
  const named = toFolder(top?.folder ?? '')
  const root = choice.root === undefined ? named : toFolder(choice.root)
  if (root === '.') return planFolder(files, { file: named === '.' ? top : undefined, all: files, choice })
  const below = filesBelow(files, root)
  if ((await below.list('.')).length === 0) throw noFolder(root)
  const file = root === named ? top : await readPlanFile(below)
  const isChosen = choice.dockerfile !== undefined && choice.dockerfile !== ''
  const member = file === undefined && !isChosen ? await planMember(files, root) : undefined
  return member ?? atFolder(await planFolder(below, { file, all: files, choice }), root)
}

const toFolder = (path: string): string => path.replace(/^(?:\.\/)+|^\.$/, '').replace(/\/+$/, '') || '.'

/** A Dockerfile copies from the folder of the app, where nothing else is said. */
function atFolder(plan: Plan, root: string): Plan {
  const { dockerfile } = plan
  if (dockerfile === undefined || dockerfile.context.origin === planFileName) return { ...plan, root }
  return { ...plan, root, dockerfile: { ...dockerfile, context: { ...dockerfile.context, value: root } } }
}

async function planFolder(
  files: Files,
  { file, all, choice }: { file: PlanFile | undefined; all: Files; choice: PlanChoice },
): Promise<Plan> {
  const found = await findPlan(files, {
    dockerfile: choice.dockerfile ?? file?.dockerfile,
    target: choice.target ?? file?.target,
  })
  if (file === undefined) {
    if (found !== undefined) return found
    throw notRecognised(await listApps(all, tryAll))
  }
  const plan = found ?? emptyPlan(file)
  if (plan !== undefined) return withPlanFile(plan, file)
  throw notRecognised([])
}

async function findPlan(files: Files, { dockerfile, target }: PlanChoice): Promise<Plan | undefined> {
  if (dockerfile !== undefined && dockerfile !== '') return planDockerfile(files, dockerfile, target)
  const found = await (dockerfile === '' ? tryWithoutDockerfile(files) : tryAll(files))
  return found?.kind === 'dockerfile' ? planDockerfile(files, found.label, target) : found
}

/** The plan of the first recogniser; undefined when none knows the files. */
export const tryAll = (files: Files): Promise<Plan | undefined> => tryEach(files, recognisers)

const tryWithoutDockerfile = (files: Files): Promise<Plan | undefined> =>
  tryEach(
    files,
    recognisers.filter(one => one !== recogniseDockerfile),
  )

async function tryEach(files: Files, all: readonly Recogniser[]): Promise<Plan | undefined> {
  for (const recogniser of all) {
    const plan = await recogniser(files)
    if (plan !== undefined) return plan
  }
  return undefined
}

const noFolder = (root: string) =>
  new SlipwayError({
    code: 'plan_not_recognised',
    message: `There is no folder ${root} in the repository.`,
    hint: 'Choose another folder for the app.',
  })

const lookedFor =
  'a slipway.json; a Dockerfile; a Procfile with a web line; a deno.json with a start task ' +
  'or main.ts; a package.json with a start script, a framework, a main file, server.js or index.js, or workspaces that ' +
  'have one; Python with Django, Flask, FastAPI, main.py or app.py; a go.mod or go.work with a main package there or in ' +
  'cmd/; start.sh or run.sh; an index.html there or in public/, dist/ or build/'

function notRecognised(folders: readonly string[]): SlipwayError {
  if (folders.length > 0) {
    return new SlipwayError({
      code: 'plan_not_recognised',
      message: `There is no app at the top of the repository. There ${folders.length === 1 ? 'is one' : 'are some'} below it: ${folders.join(', ')}.`,
      hint: 'Choose the folder of the app; on the command line, with --root.',
      folders: [...folders],
    })
  }
  return new SlipwayError({
    code: 'plan_not_recognised',
    message: 'Slipway does not see how to build and start this repository.',
    hint: `It looked for: ${lookedFor}. Add one of these.`,
  })
}
