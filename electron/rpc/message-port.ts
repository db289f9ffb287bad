import type { SupportedMessagePort } from '@orpc/client/message-port'
import { RPCHandler } from '@orpc/server/message-port'
import { logUnexpected, type TransportLog } from './unexpected.ts'
import type { ContractRouter } from './websocket.ts'

/** Serves the router on every port given to it, until that port closes. The caller starts the port. */
export function createMessagePortTransport(deps: { router: ContractRouter; log: TransportLog }) {
  const handler = new RPCHandler(deps.router, { clientInterceptors: [logUnexpected(deps.log)] })
  return (port: SupportedMessagePort): void => handler.upgrade(port, { context: {} })
}
