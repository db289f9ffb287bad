import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { formatBytes } from '../../../shared/domain/bytes.ts'
import { keptReleases } from '../../../shared/domain/records.ts'
import { toast } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Deployment.module.css'

/** What the app has written where the next release does not see it. Drawn only when there is something. */
export function WrittenNotice({ id }: { id: string }) {
  const written = useQuery({ ...api.folders.written.queryOptions({ input: { id } }), staleTime: 10_000 })
  const keep = useMutation({
    mutationFn: (path: string) => client.folders.keep({ id, path }),
    onSuccess: async (_, path) => {
      await queryClient.invalidateQueries({ queryKey: api.folders.key() })
      toast(`${path} is kept from now on.`)
    },
  })
  const { folders = [], place = null } = written.data ?? {}
  if (folders.length === 0) return null
  return (
    <section className={classes.written} aria-label="Written by the app">
      <p>
        The app has written files that the next release does not see. They are deleted with what it runs from,
        once {keptReleases.local} newer releases were live. Until then they are here:
      </p>
      <p className="mono">{place}</p>
      <ul className={classes.writtenFolders}>
        {folders.map(({ path, files, bytes, example, isShared, refusal }) => (
          <li key={path}>
            <span className="mono">{path === '' ? example : path}</span>
            <span className="second">
              {files} {files === 1 ? 'file' : 'files'}, {formatBytes(bytes)}
              {refusal !== null && `. ${refusal}`}
              {refusal === null && isShared && '. Its files of the repository would stay as they are now'}
            </span>
            {refusal === null && (
              <Button
                variant="default"
                loading={keep.isPending && keep.variables === path}
                aria-label={`Keep the folder ${path}`}
                onClick={() => keep.mutate(path)}
              >
                Keep this folder
              </Button>
            )}
          </li>
        ))}
      </ul>
      {keep.error !== null && <FailurePanel failure={toShownFailure(keep.error)} />}
    </section>
  )
}
