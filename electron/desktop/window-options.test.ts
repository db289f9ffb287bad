import { expect, test } from 'vitest'
import { toWindowOptions } from './window-options.ts'

test('the window is sandboxed, isolated and has no Node', () => {
  expect(toWindowOptions('/out/preload/preload.cjs')).toEqual({
    title: 'Slipway',
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: '/out/preload/preload.cjs',
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
  })
})
