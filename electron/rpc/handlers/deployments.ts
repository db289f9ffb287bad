import type { Platform } from '../../platform/platform.ts'
import { found, type HandlerBase } from './handler-base.ts'

export function deploymentHandlers(at: HandlerBase, platform: Platform) {
  const { reader, intents } = platform

  return {
    list: at.deployments.list.handler(({ input }) => platform.deploymentPage(input)),
    get: at.deployments.get.handler(({ input: { id } }) => ({
      ...found(platform.deployment(id), 'deployment'),
      releases: reader.pastReleasesOf(id, reader.artifactsOf(id)),
      builds: reader.buildsOf(id, 50).map(platform.withOutlook),
    })),
    create: at.deployments.create.handler(async ({ input, context }) => {
      if (input.clusterId !== undefined)
        await platform.clusters.requireFit(
          input.clusterId,
          { userId: input.ownerId ?? context.asker.userId },
          { isImage: input.source.kind === 'image' },
        )
      return intents.create(input, context.asker)
    }),
    update: at.deployments.update.handler(({ input: { id, ...edits }, context }) => {
      intents.update(id, edits, context.asker)
      return {}
    }),
    deploy: at.deployments.deploy.handler(async ({ input: { id, isFresh }, context }) => {
      const deployment = reader.deployment(id)
      const isImage = deployment?.project.source.kind === 'image'
      const userId = deployment?.owner.id ?? context.asker.userId
      await platform.clusters.requireFit(deployment?.cluster.id ?? '', { userId }, { isImage })
      return intents.deploy(id, context.asker, { isFresh })
    }),
    rollback: at.deployments.rollback.handler(({ input, context }) =>
      intents.rollback(input.id, input.releaseId, context.asker),
    ),
    scale: at.deployments.scale.handler(({ input, context }) => {
      intents.scale(input.id, input.instances, context.asker)
      return {}
    }),
    resize: at.deployments.resize.handler(({ input: { id, size, apply }, context }) =>
      intents.resize(id, size, { apply }, context.asker),
    ),
    restart: at.deployments.restart.handler(({ input, context }) => {
      intents.restart(input.id, context.asker)
      return {}
    }),
    stop: at.deployments.stop.handler(({ input, context }) => {
      intents.stop(input.id, context.asker)
      return {}
    }),
    start: at.deployments.start.handler(({ input, context }) => {
      intents.start(input.id, context.asker)
      return {}
    }),
    remove: at.deployments.remove.handler(({ input: { id, name, deletesData }, context }) => {
      intents.remove(id, name, context.asker, { deletesData })
      return {}
    }),
    forget: at.deployments.forget.handler(({ input: { id, name }, context }) =>
      platform.leftBehind.forget(id, name, context.asker),
    ),
    residue: at.deployments.residue.handler(async ({ input }) => (await platform.residue(input.id)) ?? null),
  }
}
