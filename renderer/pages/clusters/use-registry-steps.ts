import { useEffect, useRef, useState } from 'react'
import type { RegistryStep } from '../../../shared/domain/cluster-registry.ts'
import type { Failure } from '../../../shared/domain/failure.ts'
import { toShownFailure } from '../../connection/failures.ts'

export type RegistryWork = 'install' | 'remove'

/** Installs or removes a registry step by step. Leaving the page breaks it off; doing it again goes on. */
export function useRegistrySteps(
  start: (work: RegistryWork, signal: AbortSignal) => Promise<AsyncIterable<RegistryStep>>,
  ended: (work: RegistryWork) => Promise<void>,
) {
  const [steps, setSteps] = useState<readonly RegistryStep[]>([])
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

const merge = (before: readonly RegistryStep[], step: RegistryStep): readonly RegistryStep[] =>
  before.some(one => one.name === step.name)
    ? before.map(one => (one.name === step.name ? step : one))
    : [...before, step]
