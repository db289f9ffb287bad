import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Plan } from '../../../shared/domain/plan.ts'
import { withPlanFile } from '../../../shared/domain/plan-file.ts'
import { recogniseDeno } from './deno.ts'
import { recogniseDockerfile } from './dockerfile.ts'
import { createFolderFiles, type Files, type Recogniser } from './files.ts'
import { recogniseGo } from './go.ts'
import { recogniseNode } from './node.ts'
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

/** How the code in the folder is built and started, without the person's edits. Throws `plan_not_recognised`. */
export async function detectPlan(folder: string): Promise<Plan> {
  return decidePlan(createFolderFiles(folder))
}

/** What `slipway.json` says wins over what is found. */
export async function decidePlan(files: Files): Promise<Plan> {
  const file = await readPlanFile(files)
  if (file === undefined) return recognise(files)
  const root = file.folder?.replace(/^\.\//, '').replace(/\/+$/, '') ?? '.'
  const below = root === '.' ? files : filesBelow(files, root)
  const plan = await recognise(below).catch(error => {
    const empty = emptyPlan(file)
    if (empty === undefined) throw error
    return empty
  })
  return { ...withPlanFile(plan, file), root }
}

async function recognise(files: Files): Promise<Plan> {
  for (const recogniser of recognisers) {
    const plan = await recogniser(files)
    if (plan !== undefined) return plan
  }
  throw new SlipwayError({
    code: 'plan_not_recognised',
    message: 'Slipway does not see how to build and start this repository.',
    hint:
      'It looked at the top of the repository for: a slipway.json; a Dockerfile; a Procfile with a web line; a deno.json with a start task ' +
      'or main.ts; a package.json with a start script, a framework, a main file, server.js or index.js, or workspaces that ' +
      'have one; Python with Django, Flask, FastAPI, main.py or app.py; a go.mod or go.work with a main package there or in ' +
      'cmd/; start.sh or run.sh; an index.html there or in public/, dist/ or build/. Add one of these.',
  })
}
