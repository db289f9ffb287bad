import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { Frame } from './frame/Frame.tsx'
import { NotFound } from './frame/NotFound.tsx'
import { ActivityPage } from './pages/activity/ActivityPage.tsx'
import { BoardPage } from './pages/board/BoardPage.tsx'
import { toBoardView } from './pages/board/board-view.ts'
import { BuildsPage } from './pages/builds/BuildsPage.tsx'
import { DeploymentBuilds } from './pages/deployment/DeploymentBuilds.tsx'
import { DeploymentPage } from './pages/deployment/DeploymentPage.tsx'
import { DeploymentSettings } from './pages/deployment/DeploymentSettings.tsx'
import { Overview } from './pages/deployment/Overview.tsx'
import { SettingsPage } from './pages/settings/SettingsPage.tsx'
import { WizardPage } from './pages/wizard/WizardPage.tsx'

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: NotFound })
const at = <P extends string>(path: P) => ({ getParentRoute: () => rootRoute, path })

const boardRoute = createRoute({ ...at('/'), component: BoardPage, validateSearch: toBoardView })
const newRoute = createRoute({
  ...at('/new'),
  component: WizardPage,
  validateSearch: (search: Record<string, unknown>): { sample?: true } =>
    search.sample === true ? { sample: true } : {},
})
const buildsRoute = createRoute({ ...at('/builds'), component: BuildsPage })
const activityRoute = createRoute({ ...at('/activity'), component: ActivityPage })
const settingsRoute = createRoute({ ...at('/settings'), component: SettingsPage })

const deploymentRoute = createRoute({ ...at('/deployments/$id'), component: DeploymentPage })
const below = <P extends string>(path: P) => ({ getParentRoute: () => deploymentRoute, path })
const overviewRoute = createRoute({ ...below('/'), component: Overview })
const deploymentBuildsRoute = createRoute({ ...below('/builds'), component: DeploymentBuilds })
const deploymentSettingsRoute = createRoute({ ...below('/settings'), component: DeploymentSettings })

/** The terminal is the heaviest part of the window and comes when a log is first opened. */
const logRoute = createRoute({
  ...below('/log'),
  component: lazyRouteComponent(() => import('./pages/deployment/DeploymentLog.tsx'), 'DeploymentLog'),
})
const buildRoute = createRoute({
  ...below('/builds/$buildId'),
  component: lazyRouteComponent(() => import('./pages/deployment/BuildLog.tsx'), 'BuildLog'),
  validateSearch: (search: Record<string, unknown>): { seq?: number } =>
    typeof search.seq === 'number' ? { seq: search.seq } : {},
})

export const router = createRouter({
  history: createHashHistory(),
  routeTree: rootRoute.addChildren([
    boardRoute,
    newRoute,
    buildsRoute,
    activityRoute,
    settingsRoute,
    deploymentRoute.addChildren([
      overviewRoute,
      logRoute,
      deploymentBuildsRoute,
      buildRoute,
      deploymentSettingsRoute,
    ]),
  ]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
