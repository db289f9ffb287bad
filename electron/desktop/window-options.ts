import type { BrowserWindowConstructorOptions } from 'electron'

/** Everything about the window that matters for its safety, in one place. A test compares the whole. */
export function toWindowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    title: 'Slipway',
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      webSecurity: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
    },
  }
}
