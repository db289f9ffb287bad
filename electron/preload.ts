import { contextBridge, ipcRenderer } from 'electron'

contextBridge.exposeInMainWorld('slipway', { surface: 'window' })

window.addEventListener('message', event => {
  if (event.source === window && event.data === 'slipway:ready') ipcRenderer.send('slipway:port')
})

ipcRenderer.on('slipway:port', event => window.postMessage('slipway:port', '*', [...event.ports]))
