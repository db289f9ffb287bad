import { once } from 'node:events'
import type { Server } from 'node:http'
import { SlipwayError } from '../../shared/domain/failure.ts'

const triedPorts = 51

/** Listens on the port, or on the next free one after it. Resolves with the port. */
export async function listenOnFreePort(server: Server, host: string, port: number): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    try {
      server.listen(port + attempt, host)
      await once(server, 'listening')
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : port + attempt
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      if (!isTaken || attempt + 1 >= triedPorts) throw toListenFailure(port, error)
    }
  }
}

const toListenFailure = (port: number, error: unknown): SlipwayError =>
  new SlipwayError(
    {
      code: 'port_taken',
      message: `The gateway to your apps found no free port from ${port} to ${port + triedPorts - 1}.`,
      hint: `End a program that listens on port ${port}, then start Slipway again.`,
      port,
    },
    error,
  )
