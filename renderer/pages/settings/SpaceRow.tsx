import { useQuery } from '@tanstack/react-query'
import { formatBytes } from '../../../shared/domain/bytes.ts'
import type { TotalSpace } from '../../../shared/domain/space.ts'
import { api } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import classes from './Settings.module.css'
import { SettingsRow } from './SettingsRow.tsx'

const parts = [
  ['Checkouts', 'checkouts'],
  ['Kept folders', 'kept'],
  ['Logs', 'logs'],
  ['Tools', 'tools'],
  ['Database', 'database'],
  ['Set aside', 'setAside'],
] as const satisfies readonly (readonly [string, keyof TotalSpace])[]

/** Measured while the page is open; nothing waits for it. */
export function SpaceRow() {
  const { data, error } = useQuery({ ...api.space.total.queryOptions(), staleTime: 60_000 })
  return (
    <SettingsRow title="Space on the disk" about="Old checkouts are deleted by themselves.">
      {data !== undefined ? (
        <Sums space={data} />
      ) : (
        <span className="second">{error === null ? 'Being measured' : toShownFailure(error).message}</span>
      )}
    </SettingsRow>
  )
}

function Sums({ space }: { space: TotalSpace }) {
  return (
    <div>
      <p className={classes.about}>
        <span className={classes.sum}>
          {space.isComplete ? '' : 'At least '}
          {formatBytes(space.total)}
        </span>
        , {formatBytes(space.free)} left
      </p>
      <dl className={classes.parts}>
        {parts
          .filter(([, part]) => space[part] > 0)
          .map(([word, part]) => (
            <div key={part}>
              <dt>{word}</dt>
              <dd>{formatBytes(space[part])}</dd>
            </div>
          ))}
      </dl>
    </div>
  )
}
