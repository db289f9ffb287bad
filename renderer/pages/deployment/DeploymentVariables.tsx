import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { VariableList as Listed, Variable, VariableChanges } from '../../../shared/domain/variable.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { toast } from '../../actions/toasts.tsx'
import { api, client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { Ago } from '../../format/clock.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import { EnvPaste } from '../../variables/EnvPaste.tsx'
import { VariableForm } from '../../variables/VariableForm.tsx'
import { VariableList } from '../../variables/VariableList.tsx'
import classes from './Deployment.module.css'
import { useDeployment } from './deployment-context.ts'

export function DeploymentVariables() {
  const { id } = useDeployment()
  const listed = useQuery(api.variables.list.queryOptions({ input: { id } }))
  return (
    <div className={classes.scroll}>
      <QueryView query={listed} loading={<SkeletonRows count={4} widths={[16, 28, 12]} />}>
        {data => <Variables id={id} listed={data} />}
      </QueryView>
    </div>
  )
}

/** What is open: nothing, the form of a new one, the paste dialog, or the form of the one of that name. */
type Open = { readonly what: 'nothing' | 'new' | 'paste' } | { readonly what: 'edit'; readonly name: string }

function Variables({ id, listed: { variables, removed } }: { id: string; listed: Listed }) {
  const [open, setOpen] = useState<Open>({ what: 'nothing' })
  const queries = useQueryClient()
  const close = () => {
    setOpen({ what: 'nothing' })
    save.reset()
  }
  const save = useMutation({
    mutationFn: async (changes: Partial<VariableChanges>) => {
      await client.variables.save({ id, changes: { set: [], remove: [], ...changes }, apply: false })
      await queries.invalidateQueries({ queryKey: api.variables.key() })
    },
    onSuccess: close,
  })
  const failure = save.error === null ? null : <FailurePanel failure={toShownFailure(save.error)} />
  const form = (given: Variable | null) => (
    <VariableForm
      given={given}
      taken={variables.filter(one => one !== given).map(({ name }) => name)}
      isSaving={save.isPending}
      failure={failure}
      save={edit => save.mutate({ set: [edit] })}
      cancel={close}
    />
  )
  const paste = open.what === 'paste' && (
    <EnvPaste
      known={variables}
      isSaving={save.isPending}
      failure={failure}
      save={set => save.mutate({ set })}
      close={close}
    />
  )
  const buttons = (
    <>
      <Button variant="default" onClick={() => setOpen({ what: 'new' })}>
        Add variable
      </Button>
      <Button variant="default" onClick={() => setOpen({ what: 'paste' })}>
        Paste .env
      </Button>
    </>
  )
  const pending = [...variables.filter(one => one.isPending).map(({ name }) => name), ...removed]

  if (variables.length === 0 && pending.length === 0 && open.what !== 'new') {
    return (
      <>
        <EmptyNote title="No variables yet" actions={buttons}>
          What the app or its build reads from its environment. Secrets are kept apart, and never shown again.
        </EmptyNote>
        {paste}
      </>
    )
  }
  return (
    <div className={classes.variables}>
      <div className={classes.variablesBar}>{buttons}</div>
      {pending.length > 0 && <Pending id={id} names={pending} />}
      {open.what === 'new' && form(null)}
      {open.what === 'nothing' && failure}
      <VariableList
        variables={variables}
        edited={open.what === 'edit' ? open.name : null}
        editor={form}
        noteOf={one => <Ago at={one.changedAt} />}
        edit={({ name }) => setOpen({ what: 'edit', name })}
        remove={({ name }) => save.mutate({ remove: [name] })}
      />
      {paste}
    </div>
  )
}

function Pending({ id, names }: { id: string; names: readonly string[] }) {
  const queries = useQueryClient()
  const apply = useMutation({
    mutationFn: async () => {
      const { applied } = await client.variables.save({ id, changes: { set: [], remove: [] }, apply: true })
      await Promise.all([refresh(), queries.invalidateQueries({ queryKey: api.variables.key() })])
      if (applied === 'build') toast('The build knows them, so the same commit is built again.')
      else if (applied === 'release') toast('Releasing the same build with the new variables.')
    },
  })
  return (
    <section className={classes.pending} aria-label="Not applied yet">
      <p>
        Not in what runs now: <span className="mono">{names.join(', ')}</span>
      </p>
      <Button variant="default" loading={apply.isPending} onClick={() => apply.mutate()}>
        Apply now
      </Button>
      {apply.error !== null && <FailurePanel failure={toShownFailure(apply.error)} />}
    </section>
  )
}
