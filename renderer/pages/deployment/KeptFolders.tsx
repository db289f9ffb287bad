import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { KeptFolder } from '../../../shared/domain/kept-folder.ts'
import { toast } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Deployment.module.css'

const refresh = () => queryClient.invalidateQueries({ queryKey: api.folders.key() })

/** Folders that outlive the releases: listed, added, and not kept any more. */
export function KeptFolders({ id }: { id: string }) {
  const folders = useQuery({ ...api.folders.list.queryOptions({ input: { id } }), staleTime: 0 })
  const [typed, setTyped] = useState('')
  const keep = useMutation({
    mutationFn: () => client.folders.keep({ id, path: typed }),
    onSuccess: async () => {
      await refresh()
      setTyped('')
      toast('Kept from now on.')
    },
  })
  const stop = useMutation({
    mutationFn: (change: { path: string; deletesData: boolean }) => client.folders.stop({ id, ...change }),
    onSuccess: async (_, { deletesData }) => {
      await refresh()
      toast(deletesData ? 'Deleted.' : 'From its next start on the app has the folder of its release.')
    },
  })
  const failure = keep.error ?? stop.error
  return (
    <section className={classes.section} aria-label="Kept folders">
      <h2 className={classes.heading}>Kept folders</h2>
      <p className={classes.dangerText}>
        Their files outlive releases, and a rollback does not change them. While one release follows another,
        both write there.
      </p>
      <QueryView query={folders} loading={<SkeletonRows count={1} widths={[16, 32]} />}>
        {listed => (
          <ul className={classes.writtenFolders}>
            {listed.map(folder => (
              <li key={folder.path}>
                <span className="mono">{folder.path}</span>
                <span className="second">{toNote(folder)}</span>
                {folder.keptBy !== 'plan' && (
                  <Button
                    variant="default"
                    disabled={stop.isPending}
                    aria-label={`${toVerb(folder)} ${folder.path}`}
                    onClick={() => stop.mutate({ path: folder.path, deletesData: folder.keptBy === 'none' })}
                  >
                    {toVerb(folder)}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </QueryView>
      <form
        className={classes.keepForm}
        onSubmit={event => {
          event.preventDefault()
          keep.mutate()
        }}
      >
        <TextInput
          aria-label="Folder to keep"
          placeholder="data"
          value={typed}
          spellCheck={false}
          onChange={event => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={typed.trim() === ''} loading={keep.isPending}>
          Keep folder
        </Button>
      </form>
      {failure !== null && <FailurePanel failure={toShownFailure(failure)} />}
    </section>
  )
}

const toVerb = ({ keptBy }: KeptFolder) => (keptBy === 'none' ? 'Delete its data' : 'Stop keeping')

function toNote({ keptBy, place }: KeptFolder): string {
  if (keptBy === 'none') return `Not kept any more. Its data is still in ${place}`
  const by = keptBy === 'plan' ? 'slipway.json keeps it. ' : ''
  return `${by}${place ?? 'Begins with the next start'}`
}
