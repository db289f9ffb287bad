import { z } from 'zod'
import { driftSchema } from '../domain/drift.ts'
import { byId, entry } from './entry.ts'

const key = z.string().max(2000)

export const drift = {
  /** What others have changed in the cluster, and what was said to it. */
  get: entry.input(byId).output(driftSchema),
  /** Applies the release that serves once more, as it is stored. What is kept stays as it is. */
  repair: entry.input(byId).output(driftSchema),
  /** The differences of the keys, or all: the number of instances becomes the deployment's, others are accepted until they change. */
  keep: entry.input(byId.extend({ keys: z.array(key).max(500).optional() })).output(driftSchema),
  /** It is told again. */
  unkeep: entry.input(byId.extend({ key })).output(driftSchema),
  /** Whether Slipway repairs without being asked. */
  set: entry.input(byId.extend({ repairsItself: z.boolean() })).output(driftSchema),
}
