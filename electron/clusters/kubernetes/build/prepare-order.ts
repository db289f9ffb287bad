import type { V1NetworkPolicy } from '@kubernetes/client-node'
import type { Registry } from '../../../../shared/domain/cluster.ts'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import type { BuildOrder } from '../../driver.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { buildNamespace, repositoryOf } from '../names.ts'
import { type RegistryAccess, toPullName } from '../registry/access.ts'
import {
  type BuildParts,
  toBuildConfiguration,
  toBuildJob,
  toGitSecret,
  toRegistrySecret,
  toVariablesSecret,
} from './build-job.ts'
import type { createBuildJournal } from './build-journal.ts'
import { buildLabels } from './build-namespace.ts'
import { toBuildPolicy, toReachNotes } from './build-network.ts'
import { type BuildPlace, type BuildPlaces, toPlaceFailure } from './build-places.ts'
import { findBuildReach } from './build-reach.ts'
import { type BuildRecord, toAnnotations } from './build-record.ts'
import { toBuildValues } from './build-values.ts'
import { toGitAccess } from './git-access.ts'
import { type PreparedBuild, prepareBuild } from './prepare-build.ts'
import type { BuildTier, Try } from './tiers.ts'

export interface PreparedOrder {
  readonly code: Pick<PreparedBuild, 'folder' | 'dispose'>
  /** Makes everything that the build needs; doing it again makes nothing twice. */
  begin(
    wish: Pick<Try, 'tier' | 'takesState'>,
  ): Promise<{ readonly record: BuildRecord; readonly place: BuildPlace }>
}

/** Looks at the code, and says what its build needs of the cluster. */
export async function prepareOrder(
  context: KubernetesContext,
  from: {
    order: BuildOrder
    places: BuildPlaces
    journal: ReturnType<typeof createBuildJournal>
    signal: AbortSignal
  },
): Promise<PreparedOrder> {
  const { order, journal, signal } = from
  const access = context.registry
  if (access === undefined) throw noRegistry(context.settings.context)
  await journal.print(`Build ${order.buildId}`)
  const code = await journal.during('plan', 'Finding how to build and start it', () =>
    prepareBuild(context, order, { onOutput: line => void journal.print(line, 'stdout'), signal }),
  )
  try {
    const parts = await toParts(context, { order, code, access })
    const policy = await toPolicy(context, { order, registry: access.registry, journal })
    return {
      code,
      begin: async ({ tier, takesState }) => {
        const record = toRecord({ ...parts, code, tier, steps: journal.steps() })
        const place = await from.places.open(order, { tier, takesState, signal })
        const { namespace, state } = place
        const annotations = toAnnotations(record)
        await make(context, {
          parts: { ...parts, tier, namespace, state, annotations },
          place,
          policy,
          signal,
        })
        return { record, place }
      },
    }
  } catch (error) {
    await code.dispose()
    throw error
  }
}

type CommonParts = Omit<BuildParts, 'annotations' | 'namespace' | 'tier' | 'state'>

async function toParts(
  context: KubernetesContext,
  { order, code, access }: { order: BuildOrder; code: PreparedBuild; access: RegistryAccess },
): Promise<CommonParts> {
  const { settings } = context
  return {
    ...{ order, settings, registry: access.registry, git: toGitAccess(order) },
    registryLogin: await access.login(),
    repository: repositoryOf(context.describe(order.deploymentId).owner.id, order.deploymentId),
    values: await toBuildValues({ order, settings, ...code }),
    hasIgnoreFile: code.hasIgnoreFile,
    plan: code.plan,
  }
}

const toRecord = ({
  order,
  code,
  tier,
  steps,
  registry,
  repository,
  git,
}: CommonParts & {
  code: PreparedBuild
  tier: BuildTier
  steps: readonly BuildRecord['steps'][number][]
}): BuildRecord => ({
  plan: code.plan,
  commit: code.commit,
  steps: [...steps],
  timeLimitMs: order.timeLimitMs,
  image: toPullName(registry, repository),
  gitUrl: git?.url ?? '',
  tier,
  secretNames: Object.entries(order.variables).flatMap(([name, value]) =>
    order.secrets.includes(value) ? [name] : [],
  ),
})

async function make(
  { api }: KubernetesContext,
  {
    parts,
    place,
    policy,
    signal,
  }: { parts: BuildParts; place: BuildPlace; policy: V1NetworkPolicy; signal: AbortSignal },
): Promise<void> {
  const logins = [toGitSecret(parts), toRegistrySecret(parts)].filter(one => one !== undefined)
  const objects = [
    ...(place.isShared ? [] : [policy]),
    toVariablesSecret(parts),
    ...logins,
    toBuildConfiguration(parts),
    toBuildJob(parts),
  ]
  for (const object of objects) {
    signal.throwIfAborted()
    await api.apply(object).catch(error => {
      throw toPlaceFailure(error, place)
    })
  }
}

async function toPolicy(
  { api, settings }: KubernetesContext,
  {
    order,
    registry,
    journal,
  }: { order: BuildOrder; registry: Registry; journal: ReturnType<typeof createBuildJournal> },
): Promise<V1NetworkPolicy> {
  const url = toGitAccess(order)?.url
  const reach = await findBuildReach(api, { settings, registry, gitUrls: url === undefined ? [] : [url] })
  for (const note of toReachNotes(reach)) await journal.print(note)
  return toBuildPolicy({ namespace: buildNamespace(order.buildId), labels: buildLabels(order) }, reach)
}

const noRegistry = (cluster: string): SlipwayError =>
  new SlipwayError({
    code: 'registry_missing',
    message: `The cluster ${cluster} has no registry yet, where its images could be kept.`,
    hint: `Install one: slipway cluster registry install ${cluster}. Or name one: slipway cluster add ${cluster} --registry HOST[/PATH]`,
  })
