import { Button } from '@mantine/core'
import { IconDatabase } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AddOnList } from '../../../shared/contract/add-ons.ts'
import { type EngineName, engineNames, engines } from '../../../shared/domain/add-on.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { toast } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { StatusMark } from '../../status/StatusMark.tsx'
import { deploymentLooks } from '../../status/status-map.ts'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import { Backups } from './Backups.tsx'
import classes from './Databases.module.css'
import pageClasses from './Deployment.module.css'
import { type DeploymentDetail, useDeployment } from './deployment-context.ts'

/** The databases of the project of an app; of a database, its backups. */
export function DeploymentDatabases() {
  const deployment = useDeployment()
  return (
    <div className={pageClasses.scroll}>
      {deployment.addOn !== null ? (
        <Backups deployment={deployment} />
      ) : deployment.cluster.kind === 'local' ? (
        <EmptyNote title="No databases on this computer">
          Slipway runs PostgreSQL and Redis for apps in a cluster. For one that is deployed here, start a
          database yourself and set its address as a variable.
        </EmptyNote>
      ) : (
        <Databases deployment={deployment} />
      )}
    </div>
  )
}

type Wish =
  | { readonly do: 'add'; readonly engine: EngineName }
  | { readonly do: 'attach' | 'detach'; readonly id: string; readonly name: string }

function Databases({ deployment: { id, name } }: { deployment: DeploymentDetail }) {
  // Its databases change with their own deployments.
  const listed = useQuery({ ...api.addOns.list.queryOptions({ input: { id } }), staleTime: 0 })
  const change = useMutation({
    mutationFn: async (wish: Wish) => {
      if (wish.do === 'add') {
        const made = await client.addOns.create({ id, engine: wish.engine })
        return `${made.name} is on its way. Attach it when it is live.`
      }
      if (wish.do === 'detach') {
        await client.addOns.detach({ id: wish.id, deploymentId: id })
        return `${name} does not know ${wish.name} any more.`
      }
      const { variable } = await client.addOns.attach({ id: wish.id, deploymentId: id })
      return `${name} finds ${wish.name} in ${variable}.`
    },
    onSuccess: said => toast(said),
    onSettled: () =>
      Promise.all([
        refresh(),
        queryClient.invalidateQueries({ queryKey: api.addOns.key() }),
        queryClient.invalidateQueries({ queryKey: api.variables.key() }),
      ]),
  })
  const buttons = engineNames.map(engine => (
    <Button
      key={engine}
      variant="default"
      disabled={change.isPending}
      onClick={() => change.mutate({ do: 'add', engine })}
    >
      Add {engines[engine].label}
    </Button>
  ))
  const failure = change.error !== null && <FailurePanel failure={toShownFailure(change.error)} />
  return (
    <QueryView query={listed} loading={<SkeletonRows count={2} widths={[24, 12, 28]} />}>
      {addOns =>
        addOns.length === 0 ? (
          <>
            <EmptyNote title="No databases yet" actions={buttons}>
              One runs in the cluster beside the app, with a volume and a password of its own. The app finds
              it in a secret variable.
            </EmptyNote>
            {failure}
          </>
        ) : (
          <div className={classes.page}>
            <div className={classes.bar}>{buttons}</div>
            {failure}
            <ul className={classes.list} aria-label="Databases">
              {addOns.map(one => (
                <DatabaseRow key={one.id} addOn={one} isBusy={change.isPending} change={change.mutate} />
              ))}
            </ul>
          </div>
        )
      }
    </QueryView>
  )
}

function DatabaseRow({
  addOn,
  isBusy,
  change,
}: {
  addOn: AddOnList[number]
  isBusy: boolean
  change: (wish: Wish) => void
}) {
  const { id, name, engine, status, variables } = addOn
  const isAttached = variables.length > 0
  return (
    <li className={classes.row}>
      <IconDatabase size={16} aria-hidden />
      <Link to="/deployments/$id" params={{ id }} className={`truncate ${classes.name}`}>
        {name}
      </Link>
      <span className="second">{engines[engine].label}</span>
      <StatusMark look={deploymentLooks[status]} />
      <span className={`truncate ${isAttached ? 'mono' : 'second'}`}>
        {isAttached ? variables.join(', ') : status === 'live' ? 'Not attached' : 'Can be attached when live'}
      </span>
      <Button
        variant="default"
        disabled={isBusy || (!isAttached && status !== 'live')}
        aria-label={`${isAttached ? 'Detach' : 'Attach'} ${name}`}
        onClick={() => change({ do: isAttached ? 'detach' : 'attach', id, name })}
      >
        {isAttached ? 'Detach' : 'Attach'}
      </Button>
    </li>
  )
}
