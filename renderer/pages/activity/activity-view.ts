/** What the address of the activity says. */
export interface ActivityView {
  /** The name of a user, since history outlives its users. */
  readonly by?: string
  readonly problems?: true
}

const longestName = 200

/** From an address that anybody may have typed. */
export function toActivityView({ by, problems }: Record<string, unknown>): ActivityView {
  return {
    ...(by !== undefined && by !== '' ? { by: String(by).slice(0, longestName) } : {}),
    ...(problems === true ? { problems } : {}),
  }
}
