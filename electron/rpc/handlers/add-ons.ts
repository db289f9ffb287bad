import { listAddOns } from '../../platform/add-ons.ts'
import type { Platform } from '../../platform/platform.ts'
import { found, type HandlerBase } from './handler-base.ts'

export function addOnHandlers(at: HandlerBase, platform: Platform) {
  const { reader, intents, backups } = platform

  return {
    list: at.addOns.list.handler(({ input }) =>
      listAddOns(reader, found(platform.deployment(input.id), 'deployment').id),
    ),
    create: at.addOns.create.handler(({ input: { id, ...wish }, context }) =>
      intents.createAddOn(id, wish, context.asker),
    ),
    attach: at.addOns.attach.handler(({ input, context }) => intents.attach(input, context.asker)),
    detach: at.addOns.detach.handler(({ input, context }) => intents.detach(input, context.asker)),
    backups: at.addOns.backups.handler(({ input }) => backups.list(input.id)),
    backup: at.addOns.backup.handler(({ input, context, signal }) =>
      backups.backup(input.id, context.asker, signal),
    ),
    restore: at.addOns.restore.handler(({ input, context, signal }) =>
      backups.restore(input, context.asker, signal),
    ),
  }
}
