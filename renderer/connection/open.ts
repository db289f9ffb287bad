import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { Open } from './connection.ts'

declare global {
  interface Window {
    /** Put there by the preload of the desktop window; absent in a browser. */
    readonly slipway?: { readonly surface: 'window' }
  }
}

const portTimeoutMs = 10_000

/** The desktop window: asks the preload for a port to the main process. */
const openPort: Open = onLost =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(() => reject(new Error('no port was handed over'))), portTimeoutMs)
    const onMessage = (event: MessageEvent) => {
      const port = event.ports[0]
      if (event.source !== window || event.data !== 'slipway:port' || port === undefined) return
      finish(() => {
        port.addEventListener('close', onLost)
        const link = new PortLink({ port })
        port.start()
        resolve(link)
      })
    }
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      window.removeEventListener('message', onMessage)
      settle()
    }
    window.addEventListener('message', onMessage)
    window.postMessage('slipway:ready', '*')
  })

/** A browser: the WebSocket of the server that served this page. */
const openSocket: Open = onLost =>
  new Promise((resolve, reject) => {
    const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${window.location.host}/rpc`)
    let isOpen = false
    socket.addEventListener('open', () => {
      isOpen = true
      resolve(new SocketLink({ websocket: socket }))
    })
    socket.addEventListener('close', () => {
      if (isOpen) onLost()
      else reject(new Error('the socket did not open'))
    })
  })

export const open: Open = onLost =>
  window.slipway?.surface === 'window' ? openPort(onLost) : openSocket(onLost)
