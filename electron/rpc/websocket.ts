import type { Router } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import type { WebSocket } from 'ws'
import type { Contract } from '../../shared/contract/contract.ts'
import { logUnexpected, type TransportLog } from './unexpected.ts'

/** Every transport serves the whole contract; who may connect is decided before it gets here. */
export type ContractRouter = Router<Contract, RequestContext>

/** `actsAs`: the name of the user who asks, where it is not the current one. */
export interface RequestContext {
  readonly actsAs?: string | undefined
}

export const rpcPath = '/rpc'

/** A request larger than this closes the connection. */
export const maxRequestBytes = 1024 * 1024

/** Serves the router on every socket given to it, until that socket closes. */
export function createWebSocketTransport(deps: { router: ContractRouter; log: TransportLog }) {
  const handler = new RPCHandler(deps.router, { clientInterceptors: [logUnexpected(deps.log)] })

  return (socket: WebSocket, context: RequestContext = {}): void => {
    socket.on('error', error => deps.log.info({ err: error }, 'a connection ended with an error'))
    void handler.upgrade(socket, { context })
  }
}
