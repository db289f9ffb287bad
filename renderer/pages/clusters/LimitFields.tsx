import { NumberInput } from '@mantine/core'
import { type ClusterLimit, clusterLimits } from '../../../shared/domain/cluster-limits.ts'
import classes from './Clusters.module.css'

type Limits = Readonly<Partial<Record<ClusterLimit, number | null>>>

/** Numbers that bound what builds or users take of a cluster. */
export function LimitFields({
  title,
  names,
  limits,
  wrong,
  set,
}: {
  title: string
  names: readonly ClusterLimit[]
  limits: Limits
  /** What is said of those that do not fit. */
  wrong: ReadonlyMap<string, string>
  set: (limits: Limits) => void
}) {
  return (
    <fieldset className={classes.limits}>
      <legend>{title}</legend>
      {names.map(name => {
        const { word, unit, least, most, isWhole } = clusterLimits[name]
        return (
          <NumberInput
            key={name}
            label={word}
            value={limits[name] ?? ''}
            suffix={unit === '' ? '' : ` ${unit}`}
            min={least}
            max={most}
            clampBehavior="none"
            allowDecimal={!isWhole}
            allowNegative={false}
            hideControls
            error={wrong.get(name) ?? null}
            onChange={value => set({ [name]: typeof value === 'number' ? value : null })}
          />
        )
      })}
    </fieldset>
  )
}
