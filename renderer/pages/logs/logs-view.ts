/** What the address of the log search says. */
export interface LogsView {
  readonly q?: string
  readonly regex?: true
  readonly range?: keyof typeof rangeMs
  readonly in?: 'runtime' | 'build'
  /** Ids; none: all. */
  readonly deployments?: readonly string[]
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
export const rangeMs = { '15m': 15 * minute, '1h': hour, '24h': day, '7d': 7 * day } as const

const longestQuery = 200

/** From an address that anybody may have typed. */
export function toLogsView(search: Record<string, unknown>): LogsView {
  const { q, regex, range, in: kind, deployments } = search
  const ids = Array.isArray(deployments) ? deployments.filter(each => typeof each === 'string') : []
  return {
    ...(q !== undefined && q !== '' ? { q: String(q).slice(0, longestQuery) } : {}),
    ...(regex === true ? { regex } : {}),
    ...(typeof range === 'string' && range in rangeMs ? { range: range as keyof typeof rangeMs } : {}),
    ...(kind === 'runtime' || kind === 'build' ? { in: kind } : {}),
    ...(ids.length > 0 ? { deployments: ids } : {}),
  }
}
