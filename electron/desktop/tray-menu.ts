import type { MenuItemConstructorOptions } from 'electron'
import type { DeploymentStatus } from '../../shared/domain/status.ts'

/** What the tray knows of a deployment. */
export interface TrayDeployment {
  readonly id: string
  readonly name: string
  readonly status: DeploymentStatus
  readonly url: string
}

export interface TrayActions {
  openUrl(url: string): void
  show(route?: string): void
  deploy(deploymentId: string): void
  quit(): void
}

export type TrayState = 'idle' | 'busy' | 'live' | 'failed'

const shownDeployments = 5

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

export function toTrayState(deployments: readonly TrayDeployment[]): TrayState {
  const states = new Set(deployments.map(deployment => trayStates[deployment.status]))
  return byAttention.find(state => states.has(state)) ?? 'idle'
}

/** Such as `Slipway: 2 live, 1 failed`. */
export function toTrayTooltip(deployments: readonly TrayDeployment[]): string {
  const counts = (['failed', 'busy', 'live'] as const).flatMap(state => {
    const count = deployments.filter(deployment => trayStates[deployment.status] === state).length
    return count === 0 ? [] : [`${count} ${state === 'busy' ? 'under way' : state}`]
  })
  return counts.length === 0 ? 'Slipway' : `Slipway: ${counts.join(', ')}`
}

/** `deployments`: the one that changed last comes first. */
export function toTrayMenu(
  deployments: readonly TrayDeployment[],
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  const recent = deployments.slice(0, shownDeployments).map(
    (deployment): MenuItemConstructorOptions => ({
      label: `${deployment.name}: ${statusWords[deployment.status]}`,
      submenu: [
        {
          label: 'Open',
          enabled: deployment.status === 'live',
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
