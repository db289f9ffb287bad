import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Plan } from '../../../shared/domain/plan.ts'
import { recogniseDockerfile } from './dockerfile.ts'
import { createFolderFiles, type Files, type Recogniser } from './files.ts'
import { recogniseGo } from './go.ts'
import { recogniseNode } from './node.ts'
import { recogniseProcfile } from './procfile.ts'
import { recogniseStatic } from './static.ts'

/** Order is the specification: the first that recognises the files makes the plan. */
const recognisers: readonly Recogniser[] = [
  recogniseDockerfile,
  recogniseProcfile,
  recogniseNode,
  recogniseGo,
  recogniseStatic,
]

/** How the code in the folder is built and started, without the person's edits. Throws `plan_not_recognised`. */
export async function detectPlan(folder: string): Promise<Plan> {
  return decidePlan(createFolderFiles(folder))
}

export async function decidePlan(files: Files): Promise<Plan> {
  for (const recognise of recognisers) {
    const plan = await recognise(files)
    if (plan !== undefined) return plan
  }
  throw new SlipwayError({
    code: 'plan_not_recognised',
    message: 'Slipway does not see how to build and start this repository.',
    hint:
      'It looked at the top of the repository for: a Dockerfile; a Procfile with a web line; a package.json with a start ' +
      'script, a main file, server.js or index.js; a go.mod with a main package there or in cmd/; an index.html there or ' +
      'in public/, dist/ or build/. Add one of these.',
  })
}
