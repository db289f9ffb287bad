import { type ClusterChanges, type Context, clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'

// What knows the client is loaded when it is needed: it takes its time.
const kubeconfig = () => import('../clusters/kubernetes/kubeconfig.ts')
const announced = () => import('../clusters/kubernetes/announced-registry.ts')

/** Which contexts are clusters of Slipway, and what is set for them. The kubeconfig is never written. */
export function createClusterSettings(deps: {
  reader: Reader
  writer: Writer
  /** The cluster's driver has to begin anew. */
  reopen: (clusterId: string) => Promise<void>
  changed: () => void
}) {
  const { reader, writer } = deps

  const kubernetes = () => reader.clusters().filter(one => one.kind === 'kubernetes')

  const find = (id: string) => {
    const settings = reader.clusterSettings(id)
    if (settings !== undefined) return settings
    throw new SlipwayError({
      code: 'not_found',
      message: 'There is no such cluster.',
      hint: 'slipway cluster list shows those that are there.',
    })
  }

  const update = async (id: string, changes: ClusterChanges): Promise<void> => {
    const settings = clusterSettingsSchema.parse({ ...find(id), ...changes })
    writer.changeCluster(id, settings)
    await deps.reopen(id)
    deps.changed()
  }

  return {
    contexts: async (): Promise<Context[]> => {
      const { listContexts } = await kubeconfig()
      const byContext = new Map(
        kubernetes().map(one => [reader.clusterSettings(one.id)?.context ?? '', one.id]),
      )
      return listContexts().map(one => ({ ...one, clusterId: byContext.get(one.name) ?? null }))
    },

    async add(wish: { context: string; changes: ClusterChanges }): Promise<{ id: string }> {
      const known = kubernetes().find(one => reader.clusterSettings(one.id)?.context === wish.context)
      if (known !== undefined) {
        await update(known.id, wish.changes)
        return { id: known.id }
      }
      const settings = clusterSettingsSchema.parse({ ...wish.changes, context: wish.context })
      const { findAnnouncedRegistry } = await announced()
      const registry = settings.registry ?? (await findAnnouncedRegistry(settings)) ?? null
      const id = writer.cluster('kubernetes', wish.context, { ...settings, registry })
      deps.changed()
      return { id }
    },

    update,

    async remove(id: string): Promise<void> {
      find(id)
      const names = reader.deploymentNamesOn(id)
      if (names.length > 0) {
        throw new SlipwayError({
          code: 'conflict',
          message: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} deployed there.`,
          hint: 'Remove what is deployed there first.',
        })
      }
      writer.removeCluster(id)
      await deps.reopen(id)
      deps.changed()
    },
  }
}
