import { toast, toastFailure } from '../actions/toasts.tsx'
import { api, client, queryClient } from '../connection/api.ts'

/** Whatever shows a user is asked for again. */
export async function refreshUsers(): Promise<void> {
  const shown = [api.users, api.session, api.deployments, api.builds, api.activity, api.settings]
  await Promise.all(shown.map(one => queryClient.invalidateQueries({ queryKey: one.key() })))
}

export async function actAs(user: { readonly id: string; readonly name: string }): Promise<void> {
  try {
    await client.users.use({ id: user.id })
    await refreshUsers()
    toast(`You act as ${user.name} now.`)
  } catch (error) {
    toastFailure(error)
  }
}
