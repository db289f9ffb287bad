import { type Deployment, findPrevious, type Release } from '../../shared/domain/records.ts'
import { api, client, queryClient } from '../connection/api.ts'
import { shortSha } from '../status/facts.ts'
import { toast, toastFailure } from './toasts.tsx'

interface Named {
  readonly id: string
  readonly name: string
}

/** What can be done to a deployment from anywhere. Each says its result, and is over when the page of the deployment shows it; the board follows the changes. */
export const deploymentActions = {
  /** `isFresh`: builds, even what was built before. */
  deploy: (deployment: Named, { isFresh = false }: { isFresh?: boolean } = {}) =>
    run(async () => {
      const { buildId } = await client.deployments.deploy({ id: deployment.id, isFresh })
      toast(`Deploying ${deployment.name}.`)
      return buildId
    }),

  restart: (deployment: Named) =>
    run(async () => {
      await client.deployments.restart({ id: deployment.id })
      toast(`Restarting ${deployment.name}.`)
    }),

  stop: (deployment: Named) =>
    run(async () => {
      await client.deployments.stop({ id: deployment.id })
      toast(`Stopping ${deployment.name}.`, {
        word: 'Start again',
        act: () => void deploymentActions.start(deployment),
      })
    }),

  start: (deployment: Named) =>
    run(async () => {
      await client.deployments.start({ id: deployment.id })
      toast(`Starting ${deployment.name}.`)
    }),

  rollback: (deployment: Named, release: Release) =>
    run(async () => {
      const { buildId } = await client.deployments.rollback({ id: deployment.id, releaseId: release.id })
      const sha = shortSha(release.commit.sha)
      toast(
        buildId === null
          ? `Rolling ${deployment.name} back to ${sha}.`
          : `Building ${sha} again, to roll ${deployment.name} back.`,
      )
    }),

  /** To what served before; the toast takes it back. */
  rollbackToPrevious: (deployment: Named & Pick<Deployment, 'serving'>) =>
    run(async () => {
      const { id, name, serving } = deployment
      const { releases } = await client.deployments.get({ id })
      const previous = findPrevious(releases, serving)
      if (previous === undefined || serving === null) {
        toast(`${name} has no earlier release that was live.`)
        return
      }
      await client.deployments.rollback({ id, releaseId: previous.id })
      toast(`Rolling ${name} back to ${shortSha(previous.commit.sha)}.`, {
        word: `Back to ${shortSha(serving.commit.sha)}`,
        act: () => void deploymentActions.rollback(deployment, serving),
      })
    }),

  cancelBuild: (buildId: string) =>
    run(async () => {
      await client.builds.cancel({ id: buildId })
      toast('Cancelling the build.')
    }),

  deployWithPort: (deployment: Named, port: number) =>
    run(async () => {
      await client.deployments.update({ id: deployment.id, port })
      await client.deployments.deploy({ id: deployment.id })
      toast(`Deploying ${deployment.name} with port ${port}.`)
    }),
}

/** Resolves to undefined when it failed; the person has been told. */
async function run<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    const result = await act()
    await refresh()
    return result
  } catch (error) {
    toastFailure(error)
    return undefined
  }
}

export async function refresh(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: api.deployments.key() }),
    queryClient.invalidateQueries({ queryKey: api.builds.key() }),
    queryClient.invalidateQueries({ queryKey: api.activity.key() }),
  ])
}

export function openInBrowser(url: string): void {
  window.open(url, '_blank', 'noopener')
}
