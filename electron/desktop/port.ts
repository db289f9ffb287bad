import { ipcMain, MessageChannelMain, type MessagePortMain } from 'electron'
import { appOrigin } from './page-url.ts'

/** Hands a port of its own to every load of our page that asks; whoever else asks gets none. */
export function handOutPorts(serve: (port: MessagePortMain) => void): void {
  ipcMain.on('slipway:port', event => {
    const frame = event.senderFrame
    if (frame === null || frame.parent !== null || frame.origin !== appOrigin) return
    const { port1, port2 } = new MessageChannelMain()
    serve(port1)
    port1.start()
    frame.postMessage('slipway:port', null, [port2])
  })
}
