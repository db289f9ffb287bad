import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { hasAddress } from '../../../shared/domain/worker.ts'
import { deploymentActions, openInBrowser } from '../../actions/deployment-actions.ts'
import { api } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { Page } from '../../frame/Page.tsx'
import { useShortcuts } from '../../keyboard/shortcuts.ts'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Deployment.module.css'
import { DeploymentHeader } from './DeploymentHeader.tsx'
import { DeploymentContext, type DeploymentDetail } from './deployment-context.ts'
import { RemovalResult } from './RemovalResult.tsx'

export function DeploymentPage() {
  const { id } = useParams({ from: '/deployments/$id' })
  const deployment = useQuery(api.deployments.get.queryOptions({ input: { id } }))
  const isGone = deployment.error !== null && toShownFailure(deployment.error).code === 'not_found'
  const name = deployment.data?.name
  return (
    <Page
      crumbs={
        <>
          <Link to="/">Board</Link>
          {name !== undefined && <span> / {name}</span>}
        </>
      }
      documentTitle={name ?? 'Deployment'}
      scrolls={false}
      newButton="second"
    >
      {isGone || deployment.data?.status === 'removing' ? (
        <RemovalResult id={id} deployment={deployment.data} />
      ) : (
        <QueryView query={deployment} loading={<SkeletonRows count={6} widths={[16, 32, 24]} />}>
          {data => <LoadedDeployment deployment={data} />}
        </QueryView>
      )}
    </Page>
  )
}

const tabs = [
  { to: '/deployments/$id', word: 'Overview', exact: true },
  { to: '/deployments/$id/log', word: 'Log', exact: true },
  { to: '/deployments/$id/builds', word: 'Builds', exact: false },
  { to: '/deployments/$id/variables', word: 'Variables', exact: true },
  { to: '/deployments/$id/domains', word: 'Domains', exact: true },
  { to: '/deployments/$id/databases', word: 'Databases', exact: true },
  { to: '/deployments/$id/shell', word: 'Shell', exact: true },
  { to: '/deployments/$id/activity', word: 'Activity', exact: true },
  { to: '/deployments/$id/settings', word: 'Settings', exact: true },
] as const

/** A database has backups in the place of databases. */
const tabsOf = (deployment: DeploymentDetail) =>
  tabs
    .filter(({ word }) => word !== 'Domains' || hasAddress(deployment))
    .map(tab => (tab.word === 'Databases' && deployment.addOn !== null ? { ...tab, word: 'Backups' } : tab))

function LoadedDeployment({ deployment }: { deployment: DeploymentDetail }) {
  const { id } = deployment
  const navigate = useNavigate()
  useShortcuts({
    d: () => void deploymentActions.deploy(deployment),
    o: () => {
      if (hasAddress(deployment)) openInBrowser(deployment.url)
    },
    l: () => void navigate({ to: '/deployments/$id/log', params: { id } }),
  })
  return (
    <DeploymentContext value={deployment}>
      <DeploymentHeader deployment={deployment} />
      <nav className={classes.tabs} aria-label={deployment.name}>
        {tabsOf(deployment).map(({ to, word, exact }) => (
          <Link
            key={word}
            to={to}
            params={{ id }}
            className={classes.tab}
            activeOptions={{ exact, includeSearch: false }}
            activeProps={{ 'data-active': true, 'aria-current': 'page' }}
          >
            {word}
          </Link>
        ))}
      </nav>
      <div className={classes.content}>
        <Outlet />
      </div>
    </DeploymentContext>
  )
}
