import { Button, Switch } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReportSetting } from '../../../shared/domain/github-report.ts'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Deployment.module.css'

/** Whether GitHub shows on its commits where they run. Nothing for a repository that is elsewhere. */
export function DeploymentReports({ id }: { id: string }) {
  const { data: setting } = useQuery({ ...api.reports.get.queryOptions({ input: { id } }), staleTime: 0 })
  const set = useMutation({
    mutationFn: async (isOn: boolean) => {
      await client.reports.set({ id, isOn })
      await queryClient.invalidateQueries({ queryKey: api.reports.get.key({ input: { id } }) })
    },
  })
  if (setting === undefined || setting.place === 'elsewhere') return null
  return (
    <section className={classes.owner} aria-label="Status at GitHub">
      <h2 className={classes.heading}>Status at GitHub</h2>
      <Switch
        label="Show on GitHub where a commit runs"
        description="As a deployment at the commit, with its state, and with its URL where others can reach it."
        checked={set.isPending ? set.variables : setting.isOn}
        disabled={set.isPending}
        onChange={event => set.mutate(event.currentTarget.checked)}
      />
      <Outcome setting={setting} />
      {setting.isOn && setting.trouble !== null && (
        <>
          <FailurePanel failure={setting.trouble} />
          <Button variant="default" disabled={set.isPending} onClick={() => set.mutate(true)}>
            Tell GitHub again
          </Button>
        </>
      )}
      {set.error !== null && <FailurePanel failure={toShownFailure(set.error)} />}
    </section>
  )
}

function Outcome({ setting: { isOn, place, told, trouble } }: { setting: ReportSetting }) {
  if (!isOn || trouble !== null) return null
  if (place === 'signed_out')
    return (
      <p className={classes.dangerText}>
        Nobody is signed in at GitHub who could tell it. <Link to="/settings">Sign in</Link>
      </p>
    )
  return (
    <p className={classes.dangerText}>
      {told === null
        ? 'GitHub was told nothing yet.'
        : `GitHub shows ${told.sha.slice(0, 7)} as ${words[told.state]}.`}
    </p>
  )
}

const words = {
  queued: 'queued',
  in_progress: 'in progress',
  success: 'live',
  failure: 'failed',
  inactive: 'not active',
} as const
