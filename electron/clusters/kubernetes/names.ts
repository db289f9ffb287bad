import type { DeploymentFacts } from './kubernetes-deps.ts'

/** The name under which Slipway applies objects; every field it set is its own. */
export const fieldManager = 'slipway'

/** Labels of every object of ours, by which it is found and removed. Values are record ids. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  name: 'app.kubernetes.io/name',
  user: 'slipway.dev/user',
  deployment: 'slipway.dev/deployment',
  build: 'slipway.dev/build',
  release: 'slipway.dev/release',
  run: 'slipway.dev/run',
  /** Of the pod of a release's command: the deployment. */
  commandOf: 'slipway.dev/command-of',
  /** Of a volume that was kept: the deployment that is no more. */
  keptOf: 'slipway.dev/kept-of',
  /** Of a volume: whose builds' state it holds. */
  buildState: 'slipway.dev/build-state',
  /** Of a namespace: an owner prepared it for somebody who writes in it beside Slipway, and cannot change this. */
  member: 'slipway.dev/member',
} as const

export const managed = { [labels.managedBy]: 'slipway' } as const

/** Names derive from record ids, so that a step that is done twice makes nothing twice. */
export const tenantNamespace = (ownerId: string): string => `slipway-${ownerId}`
/** Of somebody who may make none: an owner prepared it. */
export const memberBuildNamespace = (ownerId: string): string => `slipway-builds-${ownerId}`
export const buildNamespace = (buildId: string): string => `slipway-build-${buildId}`

/** Deployment, Service and Ingress of an app: its name for people, its id for us. At most 49 characters. */
export const appName = (deployment: Pick<DeploymentFacts, 'name'>, deploymentId: string): string =>
  `${deployment.name}-${deploymentId.slice(-8)}`

/** The Secret with which nodes pull what a tenant runs. One for all: a new password is for what runs already, too. */
export const pullSecretName = 'registry'

/** The Secret with a release's variables. */
export const releaseSecretName = (releaseId: string): string => `release-${releaseId}`

/** Of the images of a deployment, below the registry's address. */
export const repositoryOf = (ownerId: string, deploymentId: string): string =>
  `slipway/${ownerId}/${deploymentId}`

/**
 * Of the layers of its builds. BuildKit pushes them beside the image, and in one repository a registry may look at a layer that
 * the other push is writing, and refuse the image.
 */
export const cacheRepositoryOf = (repository: string): string => `${repository}-cache`

export const deploymentSelector = (deploymentId: string): string => `${labels.deployment}=${deploymentId}`
