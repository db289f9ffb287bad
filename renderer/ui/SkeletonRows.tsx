import { Skeleton } from '@mantine/core'
import classes from './ui.module.css'

/** Rows in the shape of what comes. Widths in percent, one set of bars a row. */
export function SkeletonRows({ count, widths }: { count: number; widths: readonly number[] }) {
  return (
    <div aria-hidden>
      {Array.from({ length: count }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <div key={row} className={classes.skeletonRow}>
          {widths.map((width, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
            <Skeleton key={index} height={10} width={`${width}%`} animate={false} />
          ))}
        </div>
      ))}
    </div>
  )
}
