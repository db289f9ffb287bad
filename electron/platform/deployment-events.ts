import type { DeploymentEvent } from '../pipeline/apply/apply-deps.ts'
import { type Notice, toNotice } from './notice.ts'

/** Hands on what ended (builds, rollouts, crashes) to whoever listens, in words. */
export function createDeploymentEvents() {
  const listeners = new Set<(notice: Notice) => void>()
  return {
    tell(event: DeploymentEvent): void {
      for (const listener of listeners) listener(toNotice(event))
    },
    listen(listener: (notice: Notice) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
