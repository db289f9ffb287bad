import { Switch } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { mostPreviews, type PreviewSetting, previewAgeMs } from '../../../shared/domain/preview.ts'
import { toRefText } from '../../../shared/domain/ref.ts'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Deployment.module.css'
import type { DeploymentDetail } from './deployment-context.ts'

const days = previewAgeMs / (24 * 3_600_000)

/** Whether pull requests have deployments of their own, which they are, and why others have none. Nothing where there are no requests. */
export function DeploymentPreviews({ deployment }: { deployment: DeploymentDetail }) {
  const { id, branch, cluster } = deployment
  const { data: setting } = useQuery({ ...api.previews.get.queryOptions({ input: { id } }), staleTime: 0 })
  const set = useMutation({
    mutationFn: async (isOn: boolean) => {
      await client.previews.set({ id, isOn })
      await queryClient.invalidateQueries({ queryKey: api.previews.get.key({ input: { id } }) })
    },
  })
  if (setting === undefined || (setting.place === 'elsewhere' && !setting.isOn)) return null
  const isLocal = cluster.kind === 'local'
  return (
    <section className={classes.owner} aria-label="Previews">
      <h2 className={classes.heading}>Previews</h2>
      <Switch
        label={`Deploy pull requests into ${toRefText(branch)}`}
        description={`Each beside this app, with its plan, port and variables as they are then, under an address of its own. At most ${mostPreviews} in a project; a preview is removed when its request is closed, or when nothing was pushed to it for ${days} days.`}
        checked={set.isPending ? set.variables : setting.isOn}
        disabled={set.isPending || (setting.place === 'signed_out' && !setting.isOn)}
        onChange={event => set.mutate(event.currentTarget.checked)}
      />
      <p className={classes.dangerText}>
        {isLocal
          ? 'Requests from forks get none here: nothing shuts their code in on this computer. The others get the secret variables too.'
          : 'Requests from forks get no secret variables. The others do.'}
      </p>
      {setting.place === 'signed_out' && (
        <p className={classes.dangerText}>
          Nobody is signed in at GitHub who could see the requests. <Link to="/settings">Sign in</Link>
        </p>
      )}
      {setting.isOn && <Requests setting={setting} />}
      {setting.trouble !== null && <FailurePanel failure={setting.trouble} />}
      {set.error !== null && <FailurePanel failure={toShownFailure(set.error)} />}
    </section>
  )
}

function Requests({ setting: { previews, without, trouble, lookedAt } }: { setting: PreviewSetting }) {
  if (previews.length + without.length === 0) {
    if (trouble !== null) return null
    return (
      <p className={classes.dangerText}>
        {lookedAt === null
          ? 'Looking for pull requests …'
          : 'No pull request is open. Previews appear here and on the board.'}
      </p>
    )
  }
  return (
    <ul className={classes.requests} aria-label="Pull requests">
      {previews.map(({ number, title, url, deploymentId, deployment, isFork }) => (
        <li key={number}>
          <PullLink number={number} title={title} url={url} />
          <span className="second">
            <Link className="text-link" to="/deployments/$id" params={{ id: deploymentId }}>
              {deployment}
            </Link>
            {isFork && ' · from a fork, without secret variables'}
          </span>
        </li>
      ))}
      {without.map(({ number, title, url, why }) => (
        <li key={number}>
          <PullLink number={number} title={title} url={url} />
          <span className="second">No preview. {why}</span>
        </li>
      ))}
    </ul>
  )
}

/** What takes the place of the settings of pushes in a preview. */
export function PreviewOf({ deployment: { preview } }: { deployment: DeploymentDetail }) {
  if (preview === null) return null
  const { parentId, isFork } = preview
  return (
    <section className={classes.owner} aria-label="Preview">
      <h2 className={classes.heading}>Preview</h2>
      <p className={classes.dangerText}>
        Of <PullLink {...preview} />. It follows what is pushed to the request, and is removed when that is
        closed, or when nothing was pushed to it for {days} days.
        {isFork && ' Its code comes from a fork, so it got no secret variables.'}
      </p>
      <Link className="text-link" to="/deployments/$id/settings" params={{ id: parentId }}>
        Settings of previews
      </Link>
    </section>
  )
}

export function PullLink({ number, title, url }: { number: number; title: string; url: string }) {
  return (
    <a className="text-link" href={url} target="_blank" rel="noopener noreferrer">
      #{number} {title}
    </a>
  )
}
