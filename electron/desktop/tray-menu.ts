import type { MenuItemConstructorOptions } from 'electron'
import type { DeploymentStatus } from '../../shared/domain/status.ts'
import { hasAddress } from '../../shared/domain/worker.ts'

/** What the tray knows of a deployment. */
export interface TrayDeployment {
  readonly id: string
  readonly name: string
  readonly status: DeploymentStatus
  readonly url: string
  /** A database is not opened in a browser. */
  readonly addOn: object | null
  readonly isWorker: boolean
}

export interface TrayActions {
  openUrl(url: string): void
  show(route?: string): void
  deploy(deploymentId: string): void
  quit(): void
}

export type TrayState = 'idle' | 'busy' | 'live' | 'failed'

/** How many deployments are of each status that any has. */
export type TrayCounts = Partial<Record<DeploymentStatus, number>>

export const shownDeployments = 5

const statusWords = {
  idle: 'Not deployed',
  queued: 'Queued',
  building: 'Building',
  releasing: 'Releasing',
  live: 'Live',
  failed: 'Failed',
  stopped: 'Stopped',
  removing: 'Removing',
} as const satisfies Record<DeploymentStatus, string>

const trayStates = {
  idle: 'idle',
  queued: 'busy',
  building: 'busy',
  releasing: 'busy',
  live: 'live',
  failed: 'failed',
  stopped: 'idle',
  removing: 'busy',
} as const satisfies Record<DeploymentStatus, TrayState>

/** What asks for most attention wins. */
const byAttention: readonly TrayState[] = ['failed', 'busy', 'live']

export const toTrayState = (counts: TrayCounts): TrayState =>
  byAttention.find(state => countOf(state, counts) > 0) ?? 'idle'

function countOf(state: TrayState, counts: TrayCounts): number {
  const statuses = Object.keys(trayStates) as DeploymentStatus[]
  return statuses.reduce((sum, status) => sum + (trayStates[status] === state ? (counts[status] ?? 0) : 0), 0)
}

/** Such as `Slipway: 2 live, 1 failed`. */
export function toTrayTooltip(counts: TrayCounts): string {
  const parts = byAttention.flatMap(state => {
    const count = countOf(state, counts)
    return count === 0 ? [] : [`${count} ${state === 'busy' ? 'under way' : state}`]
  })
  return parts.length === 0 ? 'Slipway' : `Slipway: ${parts.join(', ')}`
}

/** `deployments`: the one that changed last comes first. */
export function toTrayMenu(
  deployments: readonly TrayDeployment[],
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  const recent = deployments.map(
    (deployment): MenuItemConstructorOptions => ({
      label: `${deployment.name}: ${statusWords[deployment.status]}`,
      submenu: [
        {
          label: 'Open',
          enabled: deployment.status === 'live' && hasAddress(deployment),
          click: () => actions.openUrl(deployment.url),
        },
        { label: 'Logs', click: () => actions.show(`/deployments/${deployment.id}/log`) },
        {
          label: 'Redeploy',
          enabled: deployment.status !== 'removing',
          click: () => actions.deploy(deployment.id),
        },
      ],
    }),
  )
  return [
    ...(recent.length === 0 ? [] : [...recent, { type: 'separator' as const }]),
    { label: 'Open Slipway', click: () => actions.show() },
    { label: 'Quit', click: () => actions.quit() },
  ]
}
