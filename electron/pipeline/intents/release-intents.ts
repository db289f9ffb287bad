import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { DeploymentRow, ReleaseWithBuild } from '../../database/rows.ts'
import { releaseNext } from '../next-release.ts'
import { decideRollback } from '../rollback.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'
import type { BuildQueue } from './build-intents.ts'

export function createReleaseIntents(deps: IntentDeps, { find, ask, record }: Asking, builds: BuildQueue) {
  const { reader, sources, driver } = deps

  return {
    /**
     * What the release ran is started again; where that is gone, its commit is built again as it was built then. Null for what
     * of the two is not made.
     */
    rollback: async (
      id: string,
      releaseId: string,
      asker: Asker,
    ): Promise<{ releaseId: string | null; buildId: string | null }> => {
      const earlier = findEarlier(find(id), releaseId)
      const isThere =
        isKept(earlier) && (await driver.hasArtifact(id, earlier.build.artifact ?? '')) !== false
      const filesNow = isThere ? undefined : await readFiles(id)
      const decision = decideRollback({ release: earlier, isKept: isThere, filesNow })
      if (decision.do === 'refuse') throw new SlipwayError(decision.failure)
      return ask(id, row => {
        const { number: rollbackTo, build, buildId, port, variables, size } = findEarlier(row, releaseId)
        record(asker, 'rollback', row, `to #${rollbackTo} ${build.sha.slice(0, 7)}`)
        if (decision.do === 'build' || !isKept(earlier))
          return { releaseId: null, buildId: builds.add(row, { ...build, port }, { asker, rollbackTo }) }
        const next = { buildId, port, variables, size, rollbackTo, requestedBy: asker.name }
        return { releaseId: releaseNext(deps, row, next), buildId: null }
      })
    },
  }

  function findEarlier(row: DeploymentRow, releaseId: string): ReleaseWithBuild {
    const earlier = reader.release(releaseId)
    if (earlier?.deploymentId === row.id && earlier.liveAt !== null) return earlier
    throw new SlipwayError({
      code: 'conflict',
      message: 'This release was never live, so there is nothing to roll back to.',
      hint: 'Choose a release that was live.',
    })
  }

  /** What is not kept may be there still, but not for long. */
  function isKept({ deploymentId, build }: ReleaseWithBuild): boolean {
    return build.artifact !== null && reader.artifactsOf(deploymentId).includes(build.artifact)
  }

  /** The digest of the files, where they come from a folder. */
  async function readFiles(id: string): Promise<string | undefined> {
    const source = reader.sourceOf(find(id))
    return source.kind === 'folder' ? (await sources.head(source, '')).sha : undefined
  }
}
