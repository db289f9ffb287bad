import { implement } from '@orpc/server'
import { contract } from '../../shared/contract/contract.ts'
import type { ContractRouter } from './websocket.ts'

export const sampleInfo = {
  version: '1.2.3',
  surface: 'browser' as const,
  user: { id: '01j0000000000000000000000a', name: 'ana' },
  gatewayPort: 7780,
  dataFolder: '/data',
}

/** For tests of the transports: one entry that answers, one that fails unexpectedly. The others are not there. */
export function sampleRouter(): ContractRouter {
  const os = implement(contract)
  return {
    session: { info: os.session.info.handler(() => sampleInfo) },
    clusters: {
      list: os.clusters.list.handler(() => {
        throw new Error('disk on fire at /home/ana')
      }),
    },
  } as unknown as ContractRouter
}
