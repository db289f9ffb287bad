import { useCallback, useEffect, useState } from 'react'
import type { Failure } from '../../shared/domain/failure.ts'
import type { Account, DeviceStep } from '../../shared/domain/github.ts'
import { client } from '../connection/api.ts'
import { toShownFailure } from '../connection/failures.ts'

type CodeStep = Extract<DeviceStep, { state: 'code' }>

export interface CodeSignIn {
  /** The code to type at GitHub; null while there is none. */
  readonly step: CodeStep | null
  readonly isBeginning: boolean
  readonly failure: Failure | null
  readonly begin: (clientId?: string) => void
  readonly cancel: () => void
}

/** Signs in by a code, for as long as the page is there. */
export function useCodeSignIn(baseUrl: string, done: (account: Account) => void): CodeSignIn {
  const [run, setRun] = useState<{ clientId: string | undefined } | null>(null)
  const [step, setStep] = useState<CodeStep | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: who is told does not begin it anew
  useEffect(() => {
    setStep(null)
    if (run === null) return
    const end = new AbortController()
    setFailure(null)
    void (async () => {
      try {
        const wish = run.clientId === undefined ? { baseUrl } : { baseUrl, clientId: run.clientId }
        for await (const next of await client.accounts.signInByCode(wish, { signal: end.signal })) {
          if (next.state === 'code') setStep(next)
          else done(next.account)
        }
      } catch (error) {
        if (end.signal.aborted) return
        setFailure(toShownFailure(error))
        setRun(null)
      }
    })()
    return () => end.abort()
  }, [run, baseUrl])

  return {
    step,
    isBeginning: run !== null && step === null,
    failure,
    begin: useCallback((clientId?: string) => setRun({ clientId }), []),
    cancel: useCallback(() => setRun(null), []),
  }
}
