import { toFreeName } from '../../../shared/domain/name.ts'
import { toPreviewName } from '../../../shared/domain/preview.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'
import type { BuildQueue } from './build-intents.ts'

interface PreviewedPull {
  readonly number: number
  readonly sha: string
  readonly isFork: boolean
}

export function createPreviewIntents(deps: IntentDeps, { find, record }: Asking, builds: BuildQueue) {
  const { reader, writer, wake } = deps

  return {
    /**
     * Deploys the head of a pull request beside its parent, as that one is described now. Secret variables are for code of the
     * repository itself: one from a fork gets none. `note` is written with it; where it says no, nothing is made.
     */
    createPreview: (
      parentId: string,
      pull: PreviewedPull,
      { asker, note }: { asker: Asker; note: (previewId: string) => boolean },
    ): string | undefined => {
      const made = writer.transaction(() => {
        const parent = find(parentId)
        const taken = new Set(reader.names())
        const name = toFreeName(toPreviewName(parent.name, pull.number), one => taken.has(one))
        const branch = `refs/pull/${pull.number}/head`
        const { projectId, clusterId, port, planEdits, keepsRunning, size } = parent
        const described = { projectId, clusterId, port, planEdits, keepsRunning, size }
        const id = writer.deployment({ ...described, name, branch, instances: 1 })
        if (!note(id)) {
          writer.removeDeployment(id)
          return undefined
        }
        for (const one of reader.variablesOf(parentId)) {
          const { id: _, changedAt: __, ...variable } = one
          if (one.secretVersion === null || !pull.isFork) writer.variable({ ...variable, deploymentId: id })
        }
        record(asker, 'created', { id, name }, `preview of #${pull.number} of ${parent.name}`)
        builds.addNow(find(id), { branch, sha: pull.sha }, asker, { isPush: true })
        return id
      })
      if (made !== undefined) wake(made)
      return made
    },
  }
}
