import { posix } from 'node:path'
import type { V1ConfigMap, V1EnvVar, V1Job, V1ResourceRequirements, V1Secret } from '@kubernetes/client-node'
import type { ClusterSettings, Registry } from '../../../../shared/domain/cluster.ts'
import { type Plan, toOwnDockerfile } from '../../../../shared/domain/plan.ts'
import { toFullRef } from '../../../../shared/domain/ref.ts'
import type { BuildOrder } from '../../driver.ts'
import { cacheRepositoryOf } from '../names.ts'
import { type RegistryLogin, toDockerConfig, toPushName } from '../registry/access.ts'
import { type BuildLimits, buildLabels, toBuildQuantities } from './build-namespace.ts'
import { ownFolder, stateFolder, toBuildScript } from './build-script.ts'
import { type BuildValues, stampFile } from './build-values.ts'
import {
  caFile,
  toBuilderEnvironment,
  toDaemonConfiguration,
  toEnvironment,
  toRegistryMount,
} from './builder.ts'
import { fetchScript, podFolders, receiveScript } from './fetch-script.ts'
import type { GitAccess } from './git-access.ts'
import {
  type KeptState,
  keptMount,
  keptSecurity,
  toGivingContainer,
  toKeptEnvironment,
  toKeptVolume,
} from './kept-state.ts'
import { type BuildTier, toSecurityContext } from './tiers.ts'
import { buildCaFile, toTrustScript, trustFile, trustSecret } from './trust.ts'

/** Containers of a build's pod. */
export const buildNames = { fetch: 'fetch', build: 'build' } as const

/** Objects of a build, which may lie beside those of others. */
export const objectNames = (buildId: string) => ({
  job: `build-${buildId}`,
  configuration: `build-${buildId}`,
  variables: `variables-${buildId}`,
  git: `git-${buildId}`,
  registry: `registry-${buildId}`,
})

/** All that a build's objects are made of. */
export interface BuildParts {
  readonly order: BuildOrder
  readonly namespace: string
  readonly settings: Pick<
    ClusterSettings,
    'mirrors' | 'buildEnvironment' | 'builderImage' | 'gitImage' | 'registryCa' | 'buildCa'
  > &
    BuildLimits
  readonly registry: Registry
  /** Undefined: the registry asks nobody who they are. */
  readonly registryLogin: RegistryLogin | undefined
  /** Below the registry's address. */
  readonly repository: string
  readonly values: BuildValues
  readonly tier: BuildTier
  /** The repository says itself what belongs to a build. */
  readonly hasIgnoreFile: boolean
  readonly plan: Plan
  /** Undefined: this computer sends the code. */
  readonly git: GitAccess | undefined
  /** Of earlier builds; undefined: the build begins anew. */
  readonly state: KeptState | undefined
  /** What Slipway has to know of the build when it finds it again. */
  readonly annotations: Readonly<Record<string, string>>
}

export function toBuildConfiguration(parts: BuildParts): V1ConfigMap {
  const { dockerfile, stamp } = parts.values
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: place(parts, objectNames(parts.order.buildId).configuration),
    data: {
      'fetch.sh': parts.git === undefined ? receiveScript : `${toTrustScript()}${fetchScript}`,
      'build.sh': toBuildScript(parts.settings),
      'buildkitd.toml': toDaemonConfiguration(parts),
      ...(parts.settings.registryCa === null ? {} : { [caFile]: parts.settings.registryCa }),
      ...(parts.settings.buildCa === null ? {} : { [buildCaFile]: parts.settings.buildCa }),
      ...(dockerfile === undefined ? {} : { Dockerfile: dockerfile }),
      ...(parts.hasIgnoreFile ? {} : { 'Dockerfile.dockerignore': ignored.join('\n') }),
      ...(stamp === undefined ? {} : { [stampFile]: stamp }),
    },
  }
}

export function toVariablesSecret(parts: BuildParts): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: place(parts, objectNames(parts.order.buildId).variables),
    stringData: { ...parts.values.secrets },
  }
}

/** Undefined: the repository asks for no login. */
export function toGitSecret(parts: BuildParts): V1Secret | undefined {
  const login = parts.git?.login
  if (login === undefined) return undefined
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: place(parts, objectNames(parts.order.buildId).git),
    stringData: { username: login.user, password: login.password },
  }
}

/** Undefined: the registry asks for no login. */
export function toRegistrySecret(parts: BuildParts): V1Secret | undefined {
  const { registry, registryLogin } = parts
  if (registryLogin === undefined) return undefined
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/dockerconfigjson',
    metadata: place(parts, objectNames(parts.order.buildId).registry),
    stringData: { '.dockerconfigjson': toDockerConfig(registry, registryLogin) },
  }
}

/** One pod, once: it fetches the commit, then builds and pushes. What is built is in its termination message. */
export function toBuildJob(parts: BuildParts): V1Job {
  const { order, settings, git, state } = parts
  const environment = toEnvironment(parts)
  const registry = toRegistryMount(objectNames(order.buildId).registry, parts.registryLogin)
  const seconds = Math.ceil(order.timeLimitMs / 1000)
  const workspace = { name: 'workspace', mountPath: podFolders.workspace }
  const configuration = { name: 'configuration', mountPath: podFolders.configuration, readOnly: true }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...place(parts, objectNames(parts.order.buildId).job),
      annotations: { ...parts.annotations },
    },
    spec: {
      backoffLimit: 0,
      // The pod's own limit comes first, since its log outlives it then.
      activeDeadlineSeconds: seconds + 600,
      template: {
        metadata: { labels: buildLabels(order) },
        spec: {
          activeDeadlineSeconds: seconds,
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 5,
          securityContext: {
            runAsUser: 1000,
            runAsGroup: 1000,
            runAsNonRoot: true,
            fsGroup: 1000,
            ...keptSecurity,
          },
          initContainers: [
            ...(state?.isNew ? [toGivingContainer(settings.gitImage)] : []),
            {
              name: buildNames.fetch,
              image: settings.gitImage,
              command: ['/bin/sh', `${podFolders.configuration}/fetch.sh`],
              env: [
                ...environment,
                { name: 'GIT_URL', value: git?.url ?? '' },
                { name: 'GIT_SHA', value: order.sha },
                { name: 'GIT_BRANCH', value: order.branch },
                { name: 'GIT_REF', value: toFullRef(order.branch) },
              ],
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              resources: toResources(settings),
              volumeMounts: [
                workspace,
                configuration,
                ...(git?.login === undefined
                  ? []
                  : [{ name: 'git', mountPath: podFolders.gitCredentials, readOnly: true }]),
              ],
            },
          ],
          containers: [
            {
              name: buildNames.build,
              image: settings.builderImage,
              command: ['/bin/sh', `${podFolders.configuration}/build.sh`, ...toBuildArguments(parts)],
              env: [
                ...environment,
                ...toBuilderEnvironment(`${podFolders.configuration}/buildkitd.toml`),
                ...toOutputLimits(settings),
                ...registry.env,
                ...toKeptEnvironment(settings.builderImage),
              ],
              securityContext: toSecurityContext(parts.tier),
              resources: toResources(settings),
              volumeMounts: [
                workspace,
                configuration,
                { name: 'variables', mountPath: podFolders.variables, readOnly: true },
                { name: 'state', mountPath: stateFolder },
                ...registry.volumeMounts,
                ...(state === undefined ? [] : [keptMount]),
              ],
            },
          ],
          volumes: [
            { name: 'workspace', emptyDir: { sizeLimit: toBuildQuantities(settings).disk } },
            { name: 'state', emptyDir: { sizeLimit: toBuildQuantities(settings).disk } },
            ...(state === undefined ? [] : [toKeptVolume(state)]),
            { name: 'configuration', configMap: { name: objectNames(parts.order.buildId).configuration } },
            { name: 'variables', secret: { secretName: objectNames(parts.order.buildId).variables } },
            ...registry.volumes,
            ...(git?.login === undefined
              ? []
              : [
                  {
                    name: 'git',
                    secret: { secretName: objectNames(parts.order.buildId).git, defaultMode: 0o440 },
                  },
                ]),
          ],
        },
      },
    },
  }
}

/** What would change the context though nothing that is built changes. */
const ignored = ['.git', '**/node_modules', '**/.venv', '**/__pycache__']

function toBuildArguments(parts: BuildParts): string[] {
  const { order, registry, repository, values } = parts
  const image = toPushName(registry, repository)
  const cache = `type=registry,ref=${toPushName(registry, cacheRepositoryOf(repository))}:cache`
  const { folder, file, context, target } = toDockerfilePlace(parts.plan)
  return [
    '--progress=rawjson',
    '--frontend=dockerfile.v0',
    `--local=context=${context}`,
    `--local=dockerfile=${folder}`,
    `--opt=filename=${file}`,
    ...(target === undefined ? [] : [`--opt=target=${target}`]),
    ...(values.stamp === undefined
      ? []
      : ['--opt=context:slipway=local:slipway', `--local=slipway=${ownFolder}`]),
    ...Object.entries(values.arguments).map(([name, value]) => `--opt=build-arg:${name}=${value}`),
    ...Object.keys(values.secrets).map(name => `--secret=id=${name},src=${podFolders.variables}/${name}`),
    ...(parts.settings.buildCa === null ? [] : [`--secret=id=${trustSecret},src=${trustFile}`]),
    ...(order.isFresh === true ? ['--no-cache'] : []),
    `--import-cache=${cache}`,
    `--export-cache=${cache},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true`,
    `--output=type=image,name=${image}:${order.buildId},push=true`,
  ]
}

/** Rendered from the plan, or the repository's own: BuildKit looks for it apart from the files that it copies. */
function toDockerfilePlace(plan: Plan) {
  const inSource = (...path: string[]) => posix.join(podFolders.source, ...path)
  const own = toOwnDockerfile(plan)
  if (own === undefined)
    return { folder: ownFolder, file: 'Dockerfile', context: inSource(plan.root), target: undefined }
  const path = inSource(plan.root, own.file.value)
  return {
    folder: posix.dirname(path),
    file: posix.basename(path),
    context: inSource(own.context.value),
    target: own.target?.value,
  }
}

/** BuildKit cuts what a step prints at 2 MiB and 200 KiB/s, unless it is told otherwise. */
const toOutputLimits = ({ buildLog }: BuildLimits): V1EnvVar[] => [
  { name: 'BUILDKIT_STEP_LOG_MAX_SIZE', value: String(buildLog * 1024 ** 2) },
  { name: 'BUILDKIT_STEP_LOG_MAX_SPEED', value: String(1024 ** 2) },
]

function toResources(limits: BuildLimits): V1ResourceRequirements {
  const { cpu, memory, disk } = toBuildQuantities(limits)
  return {
    requests: { cpu: '250m', memory: '512Mi', 'ephemeral-storage': '1Gi' },
    limits: { cpu, memory, 'ephemeral-storage': disk },
  }
}

const place = ({ order, namespace }: BuildParts, name: string) => ({
  name,
  namespace,
  labels: buildLabels(order),
})
