import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Contract } from '../../shared/contract/contract.ts'
import { createConnection } from './connection.ts'
import { createDeployments } from './deployments.ts'
import { open } from './open.ts'

export const connection = createConnection({
  open,
  now: () => Date.now(),
  wait: ms => new Promise(resolve => setTimeout(resolve, ms)),
})

export const client: ContractRouterClient<Contract> = createORPCClient(connection.link)

/** Query and mutation options for every entry of the contract. */
export const api = createTanstackQueryUtils(client)

/** Pushed changes say when data is old, so nothing is asked for again by time or focus. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})

export const { everyDeployment, firstDeployments, refreshDeployments } = createDeployments({
  client,
  queryClient,
})

export const useConnection = () => useSyncExternalStore(connection.subscribe, connection.state)
