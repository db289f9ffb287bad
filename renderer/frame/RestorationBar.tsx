import { useMutation, useQuery } from '@tanstack/react-query'
import { api, client, queryClient } from '../connection/api.ts'
import { formatExact } from '../format/time.ts'
import classes from './Frame.module.css'

/** After a damaged database: what took its place, and what is lost. Stays until it was read. */
export function RestorationBar() {
  const settings = useQuery(api.settings.get.queryOptions())
  const dismiss = useMutation({
    mutationFn: async () => {
      await client.settings.update({ restoration: null })
      await queryClient.invalidateQueries({ queryKey: api.settings.key() })
    },
  })
  const restoration = settings.data?.restoration
  if (!restoration) return null
  return (
    <div className={classes.bar}>
      <span role="status" title={restoration.setAside}>
        The database was damaged. Its copy of {formatExact(restoration.copyAt)} took its place: what was
        changed after that is lost. The damaged file is kept in the data folder, under damaged.
      </span>
      <button type="button" className={classes.barAction} onClick={() => dismiss.mutate()}>
        Understood
      </button>
    </div>
  )
}
