import { Button, Switch, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PushSetting } from '../../../shared/domain/push.ts'
import { toast } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { Ago } from '../../format/clock.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Deployment.module.css'
import type { DeploymentDetail } from './deployment-context.ts'

/** How often the time of the last look is asked for. */
const refreshMs = 30_000

/** Whether a push to the branch deploys, and which files have to change for it. Takes effect at once. */
export function DeploymentPushes({ deployment }: { deployment: DeploymentDetail }) {
  const { id, branch } = deployment
  const setting = useQuery({
    ...api.pushes.get.queryOptions({ input: { id } }),
    staleTime: 0,
    refetchInterval: refreshMs,
  })
  return (
    <section className={classes.owner} aria-label="Deploy on push">
      <h2 className={classes.heading}>Deploy on push</h2>
      <QueryView query={setting} loading={<SkeletonRows count={1} widths={[24]} />}>
        {known => <PushForm key={known.paths.join(' ')} id={id} branch={branch} setting={known} />}
      </QueryView>
    </section>
  )
}

function PushForm({ id, branch, setting }: { id: string; branch: string; setting: PushSetting }) {
  const [typed, setTyped] = useState(setting.paths.join(' '))
  const set = useMutation({
    mutationFn: async (wish: { isOn: boolean; paths?: string[] }) => {
      await client.pushes.set({ id, ...wish })
      await queryClient.invalidateQueries({ queryKey: api.pushes.get.key({ input: { id } }) })
    },
  })
  const paths = typed.split(/[\s,]+/).filter(path => path !== '')
  const isOn = set.isPending ? set.variables.isOn : setting.isOn
  return (
    <>
      <Switch
        label={`Deploy when something is pushed to ${branch === '' ? 'the default branch' : branch}`}
        description="Within a minute while Slipway is open, else when it is opened again. A message with [skip deploy] is passed over."
        checked={isOn}
        disabled={set.isPending}
        onChange={event => set.mutate({ isOn: event.currentTarget.checked })}
      />
      {setting.isOn && (
        <form
          className={classes.pushPaths}
          onSubmit={event => {
            event.preventDefault()
            set.mutate(
              { isOn: true, paths },
              { onSuccess: () => toast('Saved. It holds for the next push.') },
            )
          }}
        >
          <TextInput
            label="Only when these change"
            description="Folders or patterns, with spaces between. Empty: any push."
            placeholder="apps/web package.json docs/**"
            value={typed}
            spellCheck={false}
            onChange={event => setTyped(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            disabled={set.isPending || paths.join(' ') === setting.paths.join(' ')}
          >
            Save paths
          </Button>
        </form>
      )}
      {setting.notice !== null && <p className={classes.dangerText}>{setting.notice}</p>}
      {setting.isOn && setting.trouble === null && setting.lookedAt !== null && (
        <p className={classes.dangerText}>
          Looked for a push <Ago at={setting.lookedAt} />.
        </p>
      )}
      {setting.trouble !== null && <FailurePanel failure={setting.trouble} />}
      {set.error !== null && <FailurePanel failure={toShownFailure(set.error)} />}
    </>
  )
}
