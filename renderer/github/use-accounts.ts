import { useQuery } from '@tanstack/react-query'
import { api, queryClient } from '../connection/api.ts'

export const useAccounts = () => useQuery(api.accounts.list.queryOptions())

/** Whatever shows who is signed in is asked for again. */
export async function refreshAccounts(): Promise<void> {
  const shown = [api.accounts, api.github, api.users, api.activity]
  await Promise.all(shown.map(one => queryClient.invalidateQueries({ queryKey: one.key() })))
}
