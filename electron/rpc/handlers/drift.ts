import type { Platform } from '../../platform/platform.ts'
import type { HandlerBase } from './handler-base.ts'

export function driftHandlers(at: HandlerBase, { drift }: Platform) {
  return {
    get: at.drift.get.handler(({ input }) => drift.get(input.id)),
    repair: at.drift.repair.handler(({ input, context }) => drift.repair(input.id, context.asker)),
    keep: at.drift.keep.handler(({ input, context }) => drift.keep(input.id, input.keys, context.asker)),
    unkeep: at.drift.unkeep.handler(({ input, context }) => drift.unkeep(input.id, input.key, context.asker)),
    set: at.drift.set.handler(({ input: { id, ...wish }, context }) => drift.set(id, wish, context.asker)),
  }
}
