import { useEffect, useRef, useState } from 'react'
import type { LogRef } from '../../shared/domain/log.ts'
import { toastFailure } from '../actions/toasts.tsx'
import { downloadLog } from './download.ts'

/** `percent`: null while nothing is downloaded. */
export interface Download {
  readonly percent: number | null
  readonly start: () => void
  readonly cancel: () => void
}

export function useDownload(log: LogRef, fileName: string): Download {
  const [percent, setPercent] = useState<number | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])

  const start = async () => {
    const own = new AbortController()
    running.current = own
    setPercent(0)
    const progress = (done: number) => setPercent(Math.floor(done * 100))
    await downloadLog(log, fileName, { signal: own.signal, progress }).catch(error => {
      if (!own.signal.aborted) toastFailure(error)
    })
    setPercent(null)
  }
  return { percent, start: () => void start(), cancel: () => running.current?.abort() }
}
