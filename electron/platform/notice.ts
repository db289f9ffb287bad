import type { DeploymentEvent } from '../pipeline/apply/apply-deps.ts'

/** The end of a build or a rollout in words. `path`: the route of the page about it. */
export interface Notice {
  readonly title: string
  readonly body: string
  readonly path: string
  readonly isProblem: boolean
}

export function toNotice(event: DeploymentEvent): Notice {
  const page = `/deployments/${event.deploymentId}`
  switch (event.kind) {
    case 'released':
      return { title: `${event.name} is live`, body: event.detail, path: page, isProblem: false }
    case 'build_failed':
      return {
        title: `Build of ${event.name} failed`,
        body: event.detail,
        path: `${page}/builds/${event.buildId ?? ''}`,
        isProblem: true,
      }
    case 'release_failed':
      return {
        title: `${event.name} did not start`,
        body: event.detail,
        path: `${page}/log`,
        isProblem: true,
      }
    case 'crashed':
      return {
        title: `${event.name} keeps crashing`,
        body: event.detail,
        path: `${page}/log`,
        isProblem: true,
      }
  }
}
