import { monotonicFactory } from 'ulid'

/** Ids that sort by the time they were made, also within one millisecond. Lower case, so that they can be part of names. */
export function createIds(now: () => number): () => string {
  const next = monotonicFactory()
  return () => next(now()).toLowerCase()
}
