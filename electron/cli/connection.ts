import { platformEnvironment } from '../platform/environment.ts'
import { connectControl } from '../rpc/control-socket.ts'
import type { RequestContext } from '../rpc/websocket.ts'
import type { Client } from './command.ts'

/**
 * A client of the Slipway that runs on this data folder. Where none does, this process is the platform for as long as
 * the command takes; it works on what the command asks for and leaves the other deployments as they are.
 */
export async function connect(context: RequestContext): Promise<{
  client: Client
  isAlone: boolean
  endApps: () => void
  /** Aborted when the Slipway that runs went away. */
  lost: AbortSignal
  close: () => Promise<void>
}> {
  const environment = platformEnvironment()
  const running = await connectControl(environment.dataFolder, context)
  const lost = new AbortController()
  if (running) {
    void running.closed.then(() => lost.abort())
    return {
      client: running.client,
      isAlone: false,
      endApps: () => {},
      lost: lost.signal,
      close: async () => running.close(),
    }
  }
  // A client does without the platform, which takes its time to load.
  const [{ createHost }, { createRouterClient }] = await Promise.all([
    import('../host.ts'),
    import('@orpc/server'),
  ])
  const host = await createHost(environment, { isQuiet: true })
  let stopApps = false
  return {
    client: createRouterClient(host.toRouter('terminal'), { context }) as Client,
    isAlone: true,
    endApps: () => {
      stopApps = true
    },
    lost: lost.signal,
    close: () => host.dispose({ stopApps }),
  }
}
