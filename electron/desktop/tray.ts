import { join } from 'node:path'
import { Menu, Tray } from 'electron'
import { type TrayActions, type TrayDeployment, toTrayMenu, toTrayState, toTrayTooltip } from './tray-menu.ts'

/** More than anybody reads; the icon and the tooltip look at all of them. */
const watchedDeployments = 500

/** The icon beside the clock: live state, the last deployments, and the way back to the window. */
export function createTray(deps: {
  icons: string
  recentDeployments(limit: number): Promise<readonly TrayDeployment[]>
  onChange(listener: () => void): () => void
  actions: TrayActions
  onError(error: unknown): void
}): { dispose(): void } {
  const icon = (state: string): string => join(deps.icons, `tray-${state}.png`)
  const tray = new Tray(icon('idle'))
  let isDisposed = false
  let isReading = false
  let isStale = false

  /** One reading at a time; a change meanwhile causes one more. */
  async function refresh(): Promise<void> {
    isStale = true
    if (isReading) return
    isReading = true
    while (isStale && !isDisposed) {
      isStale = false
      await read().catch(deps.onError)
    }
    isReading = false
  }

  async function read(): Promise<void> {
    const deployments = await deps.recentDeployments(watchedDeployments)
    if (isDisposed) return
    tray.setImage(icon(toTrayState(deployments)))
    tray.setToolTip(toTrayTooltip(deployments))
    tray.setContextMenu(Menu.buildFromTemplate(toTrayMenu(deployments, deps.actions)))
  }

  const unsubscribe = deps.onChange(() => void refresh())
  tray.on('click', () => deps.actions.show())
  void refresh()

  return {
    dispose() {
      isDisposed = true
      unsubscribe()
      tray.destroy()
    },
  }
}
