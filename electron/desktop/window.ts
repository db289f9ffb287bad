import { BrowserWindow, screen } from 'electron'
import { isUnder, toPageUrl, toRoute } from './page-url.ts'
import { toVisibleBounds } from './visible-bounds.ts'
import { toWindowOptions } from './window-options.ts'
import type { WindowStateStore } from './window-state.ts'

export interface MainWindow {
  /** Brings the window to the front, made anew if it was closed, on the given route if there is one. */
  show(route?: string): void
  /** Whether the person is looking at this route, or at a part of it. */
  isInView(route: string): boolean
}

/** The one window. It may be closed and shown again any number of times. */
export function createMainWindow(deps: {
  preload: string
  icon: string
  state: WindowStateStore
}): MainWindow {
  let open: BrowserWindow | undefined

  function create(route: string | undefined): BrowserWindow {
    const state = deps.state.read()
    const window = new BrowserWindow({
      ...toWindowOptions(deps.preload),
      ...toVisibleBounds(
        state.bounds,
        screen.getAllDisplays().map(display => display.workArea),
      ),
      icon: deps.icon,
    })
    if (state.isMaximized) window.maximize()
    window.once('ready-to-show', () => window.show())
    window.webContents.on('did-finish-load', () => window.webContents.setZoomFactor(state.zoomFactor))
    window.on('close', () =>
      deps.state.write({
        bounds: window.getNormalBounds(),
        isMaximized: window.isMaximized(),
        zoomFactor: window.webContents.getZoomFactor(),
      }),
    )
    window.on('closed', () => {
      open = undefined
    })
    void window.loadURL(toPageUrl(route))
    return window
  }

  return {
    show(route) {
      if (open === undefined) {
        open = create(route)
        return
      }
      if (open.isMinimized()) open.restore()
      open.show()
      open.focus()
      if (route !== undefined && toRoute(open.webContents.getURL()) !== route) {
        void open.loadURL(toPageUrl(route))
      }
    },

    isInView: route =>
      open?.isVisible() === true && open.isFocused() && isUnder(toRoute(open.webContents.getURL()), route),
  }
}
