import { useMutation } from '@tanstack/react-query'
import type { Settings } from '../../../shared/domain/records.ts'
import { toastFailure } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'

type Chosen = 'keepsRunning' | 'notifies' | 'buildsAtOnce' | 'logBytes'

/** One setting: drawn as chosen at once, and as it was where that fails. */
export function useSetting<K extends Chosen>(name: K, given: Settings[K]) {
  const update = useMutation({
    mutationFn: async (value: Settings[K]) => {
      await client.settings.update({ [name]: value })
      await queryClient.invalidateQueries({ queryKey: api.settings.key() })
    },
    onError: toastFailure,
  })
  return { value: update.isPending ? update.variables : given, choose: update.mutate }
}
