import type { QueryClient } from '@tanstack/react-query'
import type { api as Api, client as Client } from './api.ts'
import type { Connection } from './connection.ts'

interface Change {
  readonly deployments: readonly string[]
  readonly hasOther: boolean
}

/**
 * Turns the stream of changes into invalidated queries, for as long as the page lives. After every new connection
 * everything is asked for again, since changes were missed. While the page is hidden, changes are collected.
 */
export function followChanges(deps: {
  client: typeof Client
  api: typeof Api
  queryClient: QueryClient
  connection: Connection
  /** Asks again for rows of the list of all. */
  refreshDeployments: (ids: readonly string[]) => Promise<void>
}): void {
  const { client, api, queryClient, connection, refreshDeployments } = deps
  let hidden: Change = { deployments: [], hasOther: false }

  const apply = ({ deployments, hasOther }: Change) => {
    const invalidate = (queryKey: readonly unknown[]) => void askAgain(queryClient, queryKey)
    for (const id of deployments) {
      invalidate(api.deployments.get.key({ input: { id } }))
      invalidate(api.deployments.residue.key({ input: { id } }))
      invalidate(api.pushes.get.key({ input: { id } }))
      invalidate(api.previews.get.key({ input: { id } }))
      invalidate(api.reports.get.key({ input: { id } }))
      invalidate(api.variables.list.key({ input: { id } }))
      invalidate(api.domains.list.key({ input: { id } }))
    }
    if (deployments.length > 0) {
      void refreshDeployments(deployments)
      invalidate(api.builds.key())
      invalidate(api.activity.key())
    }
    if (hasOther) {
      invalidate(api.activity.key())
      invalidate(api.clusters.key())
      invalidate(api.settings.key())
      invalidate(api.users.key())
      invalidate(api.accounts.key())
      invalidate(api.session.key())
      invalidate(api.logs.disk.key())
    }
  }

  const receive = (change: Change) => {
    if (!document.hidden) return apply(change)
    hidden = {
      deployments: [...new Set([...hidden.deployments, ...change.deployments])],
      hasOther: hidden.hasOther || change.hasOther,
    }
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    apply(hidden)
    hidden = { deployments: [], hasOther: false }
  })

  void (async () => {
    for (let isFirst = true; ; isFirst = false) {
      const state = await untilOpen(connection)
      if (!isFirst) void queryClient.invalidateQueries()
      try {
        for await (const change of await client.changes.watch()) receive(change)
      } catch {
        // The stream broke: with its connection, or by itself. Either way it is opened again.
      }
      await untilTurn(connection, state.opened)
    }
  })()
}

/**
 * A query that is asked for the first time just now is not asked again by being invalidated, and its answer may be from before the
 * change: it is asked again when it has come.
 */
export async function askAgain(queryClient: QueryClient, queryKey: readonly unknown[]): Promise<void> {
  const onTheirWay = queryClient
    .getQueryCache()
    .findAll({ queryKey, fetchStatus: 'fetching' })
    .filter(({ state }) => state.data === undefined)
  await queryClient.invalidateQueries({ queryKey })
  const came = onTheirWay.filter(({ state }) => state.data !== undefined)
  await Promise.all(came.map(one => queryClient.invalidateQueries({ queryKey: one.queryKey, exact: true })))
}

const pauseMs = 1_000

async function untilOpen(connection: Connection) {
  for (;;) {
    const state = connection.state()
    if (state.phase === 'open') return state
    await new Promise<void>(resolve => {
      const stop = connection.subscribe(() => {
        stop()
        resolve()
      })
    })
  }
}

/** A stream that ended while its connection holds is not opened again at once. */
async function untilTurn(connection: Connection, opened: number) {
  const state = connection.state()
  if (state.phase === 'open' && state.opened === opened)
    await new Promise(resolve => setTimeout(resolve, pauseMs))
}
