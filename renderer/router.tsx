import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { Frame } from './frame/Frame.tsx'
import { NotFound } from './frame/NotFound.tsx'
import { toActivityView } from './pages/activity/activity-view.ts'
import { BoardPage } from './pages/board/BoardPage.tsx'
import { toBoardView } from './pages/board/board-view.ts'
import { toLogsView } from './pages/logs/logs-view.ts'
import { toOwnerSearch } from './users/owner-search.ts'

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFound })
const at = <P extends string>(path: P) => ({ getParentRoute: () => rootRoute, path })

const boardRoute = createRoute({ ...at('/'), component: BoardPage, validateSearch: toBoardView })
const newRoute = createRoute({
  ...at('/new'),
  component: lazyRouteComponent(() => import('./pages/wizard/WizardPage.tsx'), 'WizardPage'),
  validateSearch: (search: Record<string, unknown>): { sample?: true } =>
    search.sample === true ? { sample: true } : {},
})
const buildsRoute = createRoute({
  ...at('/builds'),
  component: lazyRouteComponent(() => import('./pages/builds/BuildsPage.tsx'), 'BuildsPage'),
  validateSearch: (search: Record<string, unknown>) => toOwnerSearch(search.owner),
})
const activityRoute = createRoute({
  ...at('/activity'),
  component: lazyRouteComponent(() => import('./pages/activity/ActivityPage.tsx'), 'ActivityPage'),
  validateSearch: toActivityView,
})
const logsRoute = createRoute({
  ...at('/logs'),
  component: lazyRouteComponent(() => import('./pages/logs/LogsPage.tsx'), 'LogsPage'),
  validateSearch: toLogsView,
})
const clustersRoute = createRoute({
  ...at('/clusters'),
  component: lazyRouteComponent(() => import('./pages/clusters/ClustersPage.tsx'), 'ClustersPage'),
})
const newClusterRoute = createRoute({
  ...at('/clusters/new'),
  component: lazyRouteComponent(() => import('./pages/clusters/AddClusterPage.tsx'), 'AddClusterPage'),
})
const clusterRoute = createRoute({
  ...at('/clusters/$id'),
  component: lazyRouteComponent(() => import('./pages/clusters/ClusterPage.tsx'), 'ClusterPage'),
})
const settingsRoute = createRoute({
  ...at('/settings'),
  component: lazyRouteComponent(() => import('./pages/settings/SettingsPage.tsx'), 'SettingsPage'),
  validateSearch: ({ at }: Record<string, unknown>): { at?: string } =>
    typeof at === 'string' ? { at } : {},
})

const deploymentRoute = createRoute({
  ...at('/deployments/$id'),
  component: lazyRouteComponent(() => import('./pages/deployment/DeploymentPage.tsx'), 'DeploymentPage'),
})
const below = <P extends string>(path: P) => ({ getParentRoute: () => deploymentRoute, path })
const overviewRoute = createRoute({
  ...below('/'),
  component: lazyRouteComponent(() => import('./pages/deployment/Overview.tsx'), 'Overview'),
})
const deploymentBuildsRoute = createRoute({
  ...below('/builds'),
  component: lazyRouteComponent(() => import('./pages/deployment/DeploymentBuilds.tsx'), 'DeploymentBuilds'),
})
const deploymentVariablesRoute = createRoute({
  ...below('/variables'),
  component: lazyRouteComponent(
    () => import('./pages/deployment/DeploymentVariables.tsx'),
    'DeploymentVariables',
  ),
})
const deploymentDomainsRoute = createRoute({
  ...below('/domains'),
  component: lazyRouteComponent(
    () => import('./pages/deployment/DeploymentDomains.tsx'),
    'DeploymentDomains',
  ),
})
const deploymentDatabasesRoute = createRoute({
  ...below('/databases'),
  component: lazyRouteComponent(
    () => import('./pages/deployment/DeploymentDatabases.tsx'),
    'DeploymentDatabases',
  ),
})
const deploymentShellRoute = createRoute({
  ...below('/shell'),
  component: lazyRouteComponent(() => import('./pages/deployment/DeploymentShell.tsx'), 'DeploymentShell'),
})
const deploymentActivityRoute = createRoute({
  ...below('/activity'),
  component: lazyRouteComponent(
    () => import('./pages/deployment/DeploymentActivity.tsx'),
    'DeploymentActivity',
  ),
})
const deploymentSettingsRoute = createRoute({
  ...below('/settings'),
  component: lazyRouteComponent(
    () => import('./pages/deployment/DeploymentSettings.tsx'),
    'DeploymentSettings',
  ),
})

/** The terminal is the heaviest part of the window and comes when a log is first opened. */
const logRoute = createRoute({
  ...below('/log'),
  component: lazyRouteComponent(() => import('./pages/deployment/DeploymentLog.tsx'), 'DeploymentLog'),
  validateSearch: toLine,
})
const buildRoute = createRoute({
  ...below('/builds/$buildId'),
  component: lazyRouteComponent(() => import('./pages/deployment/BuildLog.tsx'), 'BuildLog'),
  validateSearch: toLine,
})

/** Which line of a log to open at. */
function toLine(search: Record<string, unknown>): { seq?: number } {
  return typeof search.seq === 'number' ? { seq: search.seq } : {}
}

export const router = createRouter({
  history: createHashHistory(),
  routeTree: rootRoute.addChildren([
    boardRoute,
    newRoute,
    buildsRoute,
    activityRoute,
    logsRoute,
    clustersRoute,
    newClusterRoute,
    clusterRoute,
    settingsRoute,
    deploymentRoute.addChildren([
      overviewRoute,
      logRoute,
      deploymentBuildsRoute,
      buildRoute,
      deploymentVariablesRoute,
      deploymentDomainsRoute,
      deploymentDatabasesRoute,
      deploymentShellRoute,
      deploymentActivityRoute,
      deploymentSettingsRoute,
    ]),
  ]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
