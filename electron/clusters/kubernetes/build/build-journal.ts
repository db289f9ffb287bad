import type { LogRef } from '../../../../shared/domain/log.ts'
import type { Step } from '../../../../shared/domain/records.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'

/** What Slipway itself says and does in a build: lines of its log, in their order, and steps. */
export function createBuildJournal(
  { logs, now }: Pick<KubernetesContext, 'logs' | 'now'>,
  build: { buildId: string; signal: AbortSignal; changed: () => void },
) {
  const log: LogRef = { kind: 'build', id: build.buildId }
  let steps: readonly Step[] = []
  let writing: Promise<unknown> = Promise.resolve()

  const print = (text: string, stream: 'platform' | 'stdout' = 'platform') => {
    writing = writing.then(() => logs.append(log, [{ at: now(), stream, text, isPartial: false }]))
    writing.catch(() => undefined)
    return writing
  }
  const lastSeq = async () => (await logs.read(log, { limit: 1 })).last

  return {
    log,
    print,
    lastSeq,
    steps: () => steps,
    /** Those of an earlier Slipway. */
    take: (earlier: readonly Step[]) => {
      steps = earlier
    },

    /** Does a step, which is seen from begin to end. */
    async during<T>(name: Step['name'], title: string, work: () => Promise<T>): Promise<T> {
      await writing
      const step = { name, startedAt: now(), logSeq: (await lastSeq()) + 1 }
      const others = steps
      const save = (status: Step['status'], finishedAt: number | null) => {
        steps = [...others, { ...step, status, finishedAt }]
        build.changed()
      }
      save('running', null)
      await print(title)
      try {
        const result = await work()
        save('succeeded', now())
        return result
      } catch (error) {
        if (!build.signal.aborted) save('failed', now())
        throw error
      }
    },

    /** Resolves when all of it is stored, and nothing more is written. */
    async close(last?: string): Promise<void> {
      if (last !== undefined) await print(last).catch(() => undefined)
      await writing.catch(() => undefined)
      await logs.close(log)
    },
  }
}
