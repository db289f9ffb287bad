import type { LeftBehind } from '../../shared/domain/left-behind.ts'
import type { Context } from './command.ts'

/** `slipway cluster left`: what may be left of deployments that were forgotten. */
export async function showLeft({ client, output }: Context): Promise<number> {
  const left = await client.clusters.left()
  output.result(
    left,
    left.length === 0 ? 'Nothing was left in any cluster.' : left.map(toLeftText).join('\n\n'),
  )
  return 0
}

export const toLeftText = ({ deployment, cluster, things }: LeftBehind): string =>
  [`Of ${deployment} there may be left in ${cluster}:`, ...things.map(thing => `  ${thing}`)].join('\n')
