import { useEffect, useRef, useState } from 'react'
import type { RegistryStep } from '../../../shared/domain/cluster-registry.ts'
import type { Failure } from '../../../shared/domain/failure.ts'
import { toShownFailure } from '../../connection/failures.ts'

export type RegistryWork = 'install' | 'remove'

/** Times as this page saw them. */
export interface ShownStep extends RegistryStep {
  readonly startedAt: number | null
  readonly finishedAt: number | null
}

/** Installs or removes a registry step by step. Leaving the page breaks it off; doing it again goes on. */
export function useRegistrySteps(
  start: (work: RegistryWork, signal: AbortSignal) => Promise<AsyncIterable<RegistryStep>>,
  ended: (work: RegistryWork) => Promise<void>,
) {
  const [steps, setSteps] = useState<readonly ShownStep[]>([])
  const [running, setRunning] = useState<RegistryWork | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const leaving = useRef<AbortController | null>(null)
  useEffect(() => () => leaving.current?.abort(), [])

  const run = async (work: RegistryWork) => {
    const end = new AbortController()
    leaving.current = end
    setSteps([])
    setFailure(null)
    setRunning(work)
    try {
      for await (const step of await start(work, end.signal)) setSteps(before => merge(before, step))
    } catch (error) {
      if (!end.signal.aborted) setFailure(toShownFailure(error))
    }
    if (leaving.current === end) setRunning(null)
    await ended(work)
  }
  return {
    steps,
    running,
    failure,
    run: (work: RegistryWork) => void run(work),
    cancel: () => leaving.current?.abort(),
  }
}

function merge(before: readonly ShownStep[], step: RegistryStep): readonly ShownStep[] {
  const known = before.find(one => one.name === step.name)
  const shown: ShownStep = {
    ...step,
    startedAt: known?.startedAt ?? (step.status === 'running' ? Date.now() : null),
    finishedAt: step.status === 'done' ? Date.now() : null,
  }
  return known === undefined ? [...before, shown] : before.map(one => (one === known ? shown : one))
}
