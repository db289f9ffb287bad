import { SlipwayError } from '../../../shared/domain/failure.ts'
import { isAtBuild } from '../../../shared/domain/variable.ts'
import type { BuildRow, DeploymentRow } from '../../database/rows.ts'
import { toStored } from '../../database/stored-variable.ts'
import { toFingerprint } from '../variables.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'

export type BuildQueue = ReturnType<typeof createBuildQueue>

/** Inside a transaction: builds are queued and called off. */
export function createBuildQueue({ reader, writer, now }: IntentDeps, { record }: Asking) {
  /** A newer queued build takes the place of an older one. */
  const add = (
    row: DeploymentRow,
    from: Pick<BuildRow, 'branch' | 'sha' | 'port' | 'planEdits' | 'variables'>,
    {
      asker,
      isFresh = false,
      rollbackTo = null,
    }: { asker: Asker; isFresh?: boolean; rollbackTo?: number | null },
  ): string => {
    for (const build of reader.unfinishedBuilds(row.id)) {
      if (build.status === 'queued') writer.moveBuild(build.id, 'queued', 'cancelled', { finishedAt: now() })
    }
    const { branch, sha, port, planEdits, variables } = from
    const made = { sha, port, planEdits, variables }
    const buildId = writer.build({
      deploymentId: row.id,
      branch,
      ...made,
      fingerprint: toFingerprint(made),
      isFresh,
      rollbackTo,
      requestedBy: asker.name,
    })
    writer.changeDeployment(row.id, { failure: null })
    const isBuilding = reader.unfinishedBuilds(row.id).some(build => build.status === 'running')
    if (!isBuilding) writer.moveDeployment(row.id, row.status, 'queued')
    return buildId
  }

  return {
    add,

    /** A build of the commit, as the deployment is described now. */
    addNow: (
      row: DeploymentRow,
      head: { branch: string; sha: string },
      asker: Asker,
      { isFresh = false, isPush = false }: { isFresh?: boolean | undefined; isPush?: boolean } = {},
    ): string => {
      const { port, planEdits } = row
      const variables = reader.variablesOf(row.id).filter(isAtBuild).map(toStored)
      const buildId = add(row, { ...head, port, planEdits, variables }, { isFresh, asker })
      record(asker, isPush ? 'pushed' : 'deploy', row, head.sha.slice(0, 7))
      return buildId
    },

    cancel: (buildId: string): void => {
      if (writer.moveBuild(buildId, 'queued', 'cancelled', { finishedAt: now() })) return
      if (reader.build(buildId)?.status === 'running')
        writer.changeBuild(buildId, { cancelRequestedAt: now() })
    },
  }
}

export function createBuildIntents(deps: IntentDeps, asking: Asking, builds: BuildQueue) {
  const { reader } = deps
  const { find, ask } = asking

  return {
    /** `isFresh`: builds, whatever was built from the same things before. */
    deploy: async (
      id: string,
      asker: Asker,
      options: { isFresh?: boolean | undefined } = {},
    ): Promise<{ buildId: string }> => {
      const cluster = asking.findCluster(find(id).clusterId)
      if (cluster.kind === 'local') asking.askConsent(asker)
      const { branch, port } = find(id)
      const head = await asking.readHead(reader.sourceOf(find(id)), {
        ...{ branch, cluster, port },
        ownerId: reader.ownerOf(id)?.id ?? asker.userId,
      })
      return ask(id, current => ({ buildId: builds.addNow(current, head, asker, options) }))
    },

    /**
     * As a deploy; `noteSeen` is written with it, so that a push is deployed once whatever happens in between. False where it is not
     * to be deployed any more.
     */
    deployPush: (
      id: string,
      head: { branch: string; sha: string },
      { asker, noteSeen }: { asker: Asker; noteSeen: () => boolean },
    ): void =>
      ask(id, row => {
        if (noteSeen()) builds.addNow(row, head, asker, { isPush: true })
      }),

    cancelBuild: (buildId: string): void => {
      const build = reader.build(buildId)
      if (!build) {
        throw new SlipwayError({
          code: 'not_found',
          message: 'There is no such build.',
          hint: 'Go back to the builds.',
        })
      }
      ask(build.deploymentId, () => builds.cancel(buildId))
    },
  }
}
