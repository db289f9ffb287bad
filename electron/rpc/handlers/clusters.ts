import type { Platform } from '../../platform/platform.ts'
import type { HandlerBase } from './handler-base.ts'

export function clusterHandlers(at: HandlerBase, platform: Platform) {
  const { reader, clusters } = platform

  return {
    list: at.clusters.list.handler(() =>
      reader.clusters().map(one => ({ ...one, connection: platform.connection(one) })),
    ),
    contexts: at.clusters.contexts.handler(({ input }) => clusters.contexts(input.kubeconfig)),
    keepKubeconfig: at.clusters.keepKubeconfig.handler(({ input }) => clusters.keepKubeconfig(input.text)),
    preflight: at.clusters.preflight.handler(({ input, context, signal }) =>
      clusters.preflight(input.id, {
        userId: context.asker.userId,
        proves: input.proves,
        signal,
      }),
    ),
    survey: at.clusters.survey.handler(({ input, context, signal }) =>
      platform.survey(input.id, { userId: context.asker.userId, signal }),
    ),
    registry: at.clusters.registry.handler(({ input }) => clusters.registry.show(input.id)),
    installRegistry: at.clusters.installRegistry.handler(({ input, signal }) =>
      clusters.registry.install(input.id, signal),
    ),
    removeRegistry: at.clusters.removeRegistry.handler(({ input: { id, losesImages }, signal }) =>
      clusters.registry.remove(id, { losesImages, signal }),
    ),
    rbac: at.clusters.rbac.handler(({ input, context }) =>
      clusters.rbac(input.id, { userId: context.asker.userId, role: input.role }),
    ),
    connect: at.clusters.connect.handler(({ input }) => clusters.connect(input.id)),
    settings: at.clusters.settings.handler(({ input }) => clusters.settings(input.id)),
    add: at.clusters.add.handler(async ({ input }) => {
      const { id } = await clusters.add(input)
      return { id, note: await clusters.whyNotBound(id, input.changes) }
    }),
    update: at.clusters.update.handler(async ({ input }) => {
      await clusters.update(input.id, input.changes)
      return { note: await clusters.whyNotBound(input.id, input.changes) }
    }),
    readBack: at.clusters.readBack.handler(({ input, context }) =>
      platform.readBack(input.id, context.asker),
    ),
    left: at.clusters.left.handler(() => platform.leftBehind.list()),
    dismissLeft: at.clusters.dismissLeft.handler(({ input }) => {
      platform.leftBehind.dismiss(input.id)
      return {}
    }),
    remove: at.clusters.remove.handler(async ({ input, context }) => {
      if (input.forgets) await platform.leftBehind.forgetAll(input.id, context.asker)
      await clusters.remove(input.id)
      return {}
    }),
  }
}
