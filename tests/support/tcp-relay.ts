import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpRelay {
  readonly port: number
  /** What is open now carries nothing any more, and is not ended: as after sleep, or another network. New connections work. */
  goSilent(): void
  close(): Promise<void>
}

/** A way to a port of this machine that can be lost. */
export async function startTcpRelay(target: number): Promise<TcpRelay> {
  const open = new Map<Socket, { isSilent: boolean; other: Socket }>()
  const server = createServer(near => {
    const far = connect(target, '127.0.0.1')
    const pair = { isSilent: false, other: far }
    open.set(near, pair)
    const end = () => {
      if (pair.isSilent) return
      open.delete(near)
      near.destroy()
      far.destroy()
    }
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', data => pair.isSilent || to.write(data))
      from.on('close', end).on('error', end)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    goSilent() {
      for (const pair of open.values()) pair.isSilent = true
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const [near, { other }] of open) {
        near.destroy()
        other.destroy()
      }
      await closed
    },
  }
}
