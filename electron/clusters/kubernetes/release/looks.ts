import type { KubernetesContext } from '../kubernetes-deps.ts'

/**
 * Where time alone tells more. A deployment is looked at again at one time, which the next one replaces; whoever has a
 * question of its own has its own times, since an answer to one question is none to another.
 */
export function createLooks({ now, changed }: Pick<KubernetesContext, 'now' | 'changed'>) {
  const timers = new Map<string, NodeJS.Timeout>()

  return {
    /** Undefined: not before something changes. */
    set(deploymentId: string, at: number | undefined): void {
      clearTimeout(timers.get(deploymentId))
      timers.delete(deploymentId)
      if (at === undefined) return
      const inMs = Math.max(at - now(), 0) + 50
      timers.set(
        deploymentId,
        setTimeout(() => changed(deploymentId), inMs),
      )
    },
    dispose(): void {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    },
  }
}
