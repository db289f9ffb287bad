import { setTimeout as delay } from 'node:timers/promises'
import { askHealth, type HealthAnswer, isHealthy } from '../health.ts'
import type { Listening } from './readiness.ts'

/** An app tells nobody that it got ready: it has to be asked. As often as a kubelet does. */
const askEveryMs = 1000

/**
 * Asks until the path answers well. `heard` is told of each answer that differs from the one before. False when the limit passes.
 * Rejects when the signal aborts.
 */
export async function waitUntilHealthy(
  { host, port }: Listening,
  wait: {
    path: string
    limitMs: number
    signal: AbortSignal
    heard: (answer: HealthAnswer) => void
  },
): Promise<boolean> {
  const { path, signal } = wait
  const begun = performance.now()
  let last: HealthAnswer | undefined
  for (;;) {
    const answer = await askHealth({ host, port, path, signal })
    signal.throwIfAborted()
    if (isHealthy(answer)) return true
    if (answer !== last) wait.heard(answer)
    last = answer
    if (performance.now() - begun > wait.limitMs) return false
    await delay(Math.min(askEveryMs, wait.limitMs), undefined, { signal })
  }
}
