import { ipcMain, MessageChannelMain, type MessagePortMain } from 'electron'
import { appOrigin } from './page-url.ts'

/**
 * Hands a port of its own to every load of our page that asks; whoever else asks gets none. What the page says before the
 * other side is there waits in the port.
 */
export function handOutPorts(serving: Promise<(port: MessagePortMain) => void>): void {
  serving.catch(() => {}) // whoever started it reports it
  ipcMain.on('slipway:port', event => {
    const frame = event.senderFrame
    if (frame === null || frame.parent !== null || frame.origin !== appOrigin) return
    const { port1, port2 } = new MessageChannelMain()
    void serving.then(
      serve => {
        serve(port1)
        port1.start()
      },
      () => port1.close(),
    )
    frame.postMessage('slipway:port', null, [port2])
  })
}
