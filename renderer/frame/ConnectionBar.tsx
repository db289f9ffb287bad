import { connection, useConnection } from '../connection/api.ts'
import { useNow } from '../format/clock.tsx'
import { formatElapsed } from '../format/time.ts'
import classes from './Frame.module.css'

/** Says since when the connection is lost and what is tried; nothing else of the screen moves or goes. */
export function ConnectionBar() {
  const state = useConnection()
  if (state.phase !== 'lost') return null
  return <LostBar {...state} tryNow={connection.tryNow} />
}

export function LostBar({
  tryNow,
  ...state
}: {
  lostAt: number
  attempts: number
  nextAttemptAt: number | null
  tryNow: () => void
}) {
  const now = useNow()
  const isWaiting = state.nextAttemptAt !== null && state.nextAttemptAt > now
  const since = formatElapsed(Math.max(0, now - state.lostAt))
  return (
    <div className={classes.bar}>
      <span role="status">Connection to Slipway lost. What you see may be out of date.</span>
      <span>
        {since} · {isWaiting ? `attempt ${state.attempts + 1} follows` : 'connecting'}
      </span>
      <button type="button" className={classes.barAction} onClick={tryNow}>
        Connect now
      </button>
    </div>
  )
}
