import Store from 'electron-store'

export interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** What belongs to the window alone. Settings that others share are in the database. */
export interface WindowState {
  readonly bounds: Bounds | null
  readonly isMaximized: boolean
  readonly zoomFactor: number
}

const initial: WindowState = { bounds: null, isMaximized: false, zoomFactor: 1 }

export interface WindowStateStore {
  read(): WindowState
  write(state: WindowState): void
}

/** Kept in `window.json` of the folder. A damaged file counts as none. */
export function createWindowStateStore(folder: string): WindowStateStore {
  const store = new Store<{ window: WindowState }>({
    name: 'window',
    cwd: folder,
    clearInvalidConfig: true,
    defaults: { window: initial },
  })
  return {
    read: () => store.get('window'),
    write: state => store.set('window', state),
  }
}
