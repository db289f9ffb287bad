import { join } from 'node:path'
import { Menu, Tray } from 'electron'
import {
  shownDeployments,
  type TrayActions,
  type TrayCounts,
  type TrayDeployment,
  toTrayMenu,
  toTrayState,
  toTrayTooltip,
} from './tray-menu.ts'

/** The icon beside the clock: live state, the last deployments, and the way back to the window. */
export function createTray(deps: {
  icons: string
  /** The one that changed last comes first. */
  deployments(limit: number): readonly TrayDeployment[]
  counts(): TrayCounts
  /** Calls when something has changed, a few times a second at the most. */
  onChange(listener: () => void): () => void
  actions: TrayActions
}): { dispose(): void } {
  const icon = (state: string): string => join(deps.icons, `tray-${state}.png`)
  const tray = new Tray(icon('idle'))

  function draw(): void {
    const counts = deps.counts()
    tray.setImage(icon(toTrayState(counts)))
    tray.setToolTip(toTrayTooltip(counts))
    tray.setContextMenu(Menu.buildFromTemplate(toTrayMenu(deps.deployments(shownDeployments), deps.actions)))
  }

  tray.on('click', () => deps.actions.show())
  draw()
  const unsubscribe = deps.onChange(draw)

  return {
    dispose() {
      unsubscribe()
      tray.destroy()
    },
  }
}
