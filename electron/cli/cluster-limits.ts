import {
  type ClusterLimit,
  type ClusterLimits,
  clusterLimitNames,
  clusterLimits,
} from '../../shared/domain/cluster-limits.ts'
import type { Context } from './command.ts'

/** Such as `quota-cpu` for `quotaCpu`. */
const toOption = (name: ClusterLimit): string =>
  name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)

export const limitOptions = Object.fromEntries(
  clusterLimitNames.map(name => [toOption(name), { type: 'string' } as const]),
)

export const limitHelp = Object.fromEntries(
  clusterLimitNames.map(name => {
    const { word, unit, default: usual } = clusterLimits[name]
    return [
      `--${toOption(name)} NUMBER`,
      `${word.charAt(0).toLowerCase()}${word.slice(1)}${unit === '' ? '' : `, in ${unit}`}; ${usual} otherwise`,
    ]
  }),
)

/** What was said; whether it is a number of the right size is for the rules of the settings. */
export const toLimitChanges = ({ values }: Pick<Context, 'values'>): Partial<ClusterLimits> =>
  Object.fromEntries(
    clusterLimitNames.flatMap(name => {
      const text = values[toOption(name)]
      return typeof text === 'string' ? [[name, text.trim() === '' ? Number.NaN : Number(text)]] : []
    }),
  )

/** Those that are not as they would be anyway. */
export const toLimitRows = (settings: ClusterLimits): string[][] =>
  clusterLimitNames
    .filter(name => settings[name] !== clusterLimits[name].default)
    .map(name => [
      clusterLimits[name].word.toLowerCase(),
      `${settings[name]} ${clusterLimits[name].unit}`.trim(),
    ])
