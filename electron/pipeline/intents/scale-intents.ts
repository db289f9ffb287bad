import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Cluster } from '../../../shared/domain/records.ts'
import { type SizeName, sizeWords, toInstancesText } from '../../../shared/domain/size.ts'
import { releaseNext } from '../next-release.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'

export function createScaleIntents(deps: IntentDeps, { find, findCluster, ask, record }: Asking) {
  const { reader, writer } = deps

  return {
    /** No new release: what runs is there more or less often. What is stopped starts with that many. */
    scale: (id: string, instances: number, asker: Asker): void => {
      if (instances > 1) refuseSeveralHere(findCluster(find(id).clusterId))
      if (instances > 1 && reader.addOn(id) !== undefined) throw oneInstance
      ask(id, row => {
        if (row.instances === instances) return
        writer.changeDeployment(id, { instances })
        record(asker, 'scale', row, `to ${toInstancesText(instances)}, from ${row.instances}`)
      })
    },

    /** From the next release on; with `apply`, the build that serves is released anew with it. */
    resize: (
      id: string,
      size: SizeName,
      { apply }: { apply: boolean },
      asker: Asker,
    ): { applied: 'nothing' | 'release' } => {
      refuseSizeHere(findCluster(find(id).clusterId))
      return ask(id, row => {
        if (row.size !== size) {
          writer.changeDeployment(id, { size })
          record(asker, 'changed', row, `size: ${sizeWords[size]}`)
        }
        const serving = reader.release(row.servingReleaseId ?? row.targetReleaseId ?? '')
        const isApplied = reader.release(row.targetReleaseId ?? '')?.size === size && row.failure === null
        if (!apply || serving === undefined || isApplied) return { applied: 'nothing' }
        const { buildId, port, variables } = serving
        releaseNext(deps, row, { buildId, port, variables, size, rollbackTo: null, requestedBy: asker.name })
        record(asker, 'deploy', row, `with the size ${sizeWords[size]}`)
        return { applied: 'release' }
      })
    },
  }
}

const oneInstance = new SlipwayError({
  code: 'conflict',
  message: 'A database has one instance: its volume is of one.',
  hint: 'Give it a larger size instead.',
})

export function refuseSeveralHere({ kind }: Pick<Cluster, 'kind'>): void {
  if (kind === 'kubernetes') return
  throw new SlipwayError({
    code: 'conflict',
    message: 'This computer runs one instance of an app.',
    hint: 'Deploy it to a cluster to run several.',
  })
}

export function refuseSizeHere({ kind }: Pick<Cluster, 'kind'>): void {
  if (kind === 'kubernetes') return
  throw new SlipwayError({
    code: 'conflict',
    message: 'On this computer nothing bounds what an app takes, so a size would have no effect.',
    hint: 'Deploy it to a cluster to give it a size.',
  })
}
