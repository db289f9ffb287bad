import { createAddOnIntents } from './intents/add-on-intents.ts'
import { createAsking, type IntentDeps } from './intents/asking.ts'
import { createBuildIntents, createBuildQueue } from './intents/build-intents.ts'
import { createDeploymentIntents } from './intents/deployment-intents.ts'
import { createFolderIntents } from './intents/folder-intents.ts'
import { createPreviewIntents } from './intents/preview-intents.ts'
import { createReleaseIntents } from './intents/release-intents.ts'
import { createRunIntents } from './intents/run-intents.ts'
import { createScaleIntents } from './intents/scale-intents.ts'
import { createVariableIntents } from './intents/variable-intents.ts'

export type Intents = ReturnType<typeof createIntents>

/**
 * What people can ask of the pipeline. Each writes its intent (rows and the activity line, in one transaction) and wakes
 * the queue; nothing is done here.
 */
export function createIntents(deps: IntentDeps) {
  const asking = createAsking(deps)
  const builds = createBuildQueue(deps, asking)
  const variables = createVariableIntents(deps, asking, builds)
  return {
    /** Throws where a person has to agree first. */
    askConsent: asking.askConsent,
    ...createDeploymentIntents(deps, asking, builds),
    ...createBuildIntents(deps, asking, builds),
    ...createPreviewIntents(deps, asking, builds),
    ...createReleaseIntents(deps, asking, builds),
    ...createRunIntents(deps, asking, builds),
    ...createScaleIntents(deps, asking),
    ...variables,
    ...createAddOnIntents(deps, asking, { builds, ...variables }),
    ...createFolderIntents(deps, asking),
  }
}
