import { Button, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Context } from '../../../shared/domain/cluster.ts'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { Page } from '../../frame/Page.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Clusters.module.css'
import { ContextRow } from './ContextRow.tsx'

type Origin = 'usual' | 'file' | 'text'

/** A context of the usual kubeconfig, of another file, or of one that is pasted or dropped. */
export function AddClusterPage() {
  const [origin, setOrigin] = useState<Origin>('usual')
  const [kubeconfig, setKubeconfig] = useState<string | null>(null)
  const contexts = useQuery(
    // Files change without us.
    api.clusters.contexts.queryOptions({ input: { kubeconfig }, staleTime: 0, gcTime: 0 }),
  )
  const keep = useMutation({
    mutationFn: (text: string) => client.clusters.keepKubeconfig({ text }),
    onSuccess: kept => {
      setKubeconfig(kept.kubeconfig)
      setOrigin('text')
    },
  })
  const useUsual = () => {
    setKubeconfig(null)
    setOrigin('usual')
    keep.reset()
  }
  return (
    <Page
      documentTitle="Add a cluster"
      newButton="none"
      crumbs={
        <>
          <Link to="/clusters">Clusters</Link> / Add a cluster
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way to what the buttons do */}
      <div
        className={classes.page}
        onDragOver={event => event.preventDefault()}
        onDrop={event => {
          event.preventDefault()
          void event.dataTransfer.files[0]?.text().then(text => keep.mutate(text))
        }}
      >
        <h1 className={classes.heading}>Which cluster?</h1>
        <QueryView query={contexts} loading={<SkeletonRows count={3} widths={[20, 40]} />}>
          {found =>
            found.contexts.length === 0 ? (
              <p className={classes.note}>
                {`No context is in ${found.files.join(', ')}. Paste the kubeconfig that you were given, or drop the file here.`}
              </p>
            ) : (
              <>
                <p className={classes.note}>
                  {origin === 'text' ? 'From what you pasted.' : `From ${found.files.join(', ')}.`}
                </p>
                <ul className={classes.list}>
                  {found.contexts.map(context => (
                    <ChoosableContext key={context.name} context={context} kubeconfig={kubeconfig} />
                  ))}
                </ul>
              </>
            )
          }
        </QueryView>
        <OtherSource
          origin={origin}
          failure={keep.error === null ? null : toShownFailure(keep.error).message}
          isKeeping={keep.isPending}
          useUsual={useUsual}
          readFile={path => {
            setKubeconfig(path)
            setOrigin('file')
          }}
          paste={text => keep.mutate(text)}
        />
      </div>
    </Page>
  )
}

function ChoosableContext({ context, kubeconfig }: { context: Context; kubeconfig: string | null }) {
  const navigate = useNavigate()
  const add = useMutation({
    mutationFn: (mayStart: string | null) =>
      client.clusters.add({ context: context.name, changes: { kubeconfig, mayStart } }),
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: api.clusters.key() })
      await navigate({ to: '/clusters/$id', params: { id } })
    },
  })
  return (
    <li>
      <ContextRow context={context} isAdding={add.isPending} add={add.mutate} />
      {add.error !== null && (
        <div className={classes.failure}>
          <FailurePanel failure={toShownFailure(add.error)} />
        </div>
      )}
    </li>
  )
}

function OtherSource({
  origin,
  failure,
  isKeeping,
  useUsual,
  readFile,
  paste,
}: {
  origin: Origin
  failure: string | null
  isKeeping: boolean
  useUsual: () => void
  readFile: (path: string) => void
  paste: (text: string) => void
}) {
  const [open, setOpen] = useState<'nothing' | 'file' | 'text'>('nothing')
  const [typed, setTyped] = useState('')
  const close = () => {
    setOpen('nothing')
    setTyped('')
  }
  if (open === 'nothing') {
    return (
      <div className={classes.buttons}>
        <Button variant="default" onClick={() => setOpen('text')}>
          Paste a kubeconfig
        </Button>
        <Button variant="default" onClick={() => setOpen('file')}>
          Choose another file
        </Button>
        {origin !== 'usual' && (
          <Button variant="subtle" color="gray" onClick={useUsual}>
            Back to the usual kubeconfig
          </Button>
        )}
        {failure !== null && (
          <p className={classes.refusal} role="alert">
            {failure}
          </p>
        )}
      </div>
    )
  }
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        if (typed.trim() === '') return
        if (open === 'file') readFile(typed.trim())
        else paste(typed)
        close()
      }}
    >
      {open === 'file' ? (
        <TextInput
          label="Path of the file"
          placeholder="/home/ana/prod.yaml"
          value={typed}
          autoFocus
          spellCheck={false}
          autoComplete="off"
          onChange={event => setTyped(event.currentTarget.value)}
        />
      ) : (
        <Textarea
          label="All of the kubeconfig"
          description="Kept in a file of Slipway's that only you can read, until its cluster is removed here."
          value={typed}
          rows={10}
          autoFocus
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: classes.text ?? '' }}
          onChange={event => setTyped(event.currentTarget.value)}
        />
      )}
      <div className={classes.buttons}>
        <Button type="submit" disabled={typed.trim() === ''} loading={isKeeping}>
          Read it
        </Button>
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
      </div>
    </form>
  )
}
