import { SlipwayError } from '../../shared/domain/failure.ts'
import {
  mostInstances,
  type SizeName,
  sizeNames,
  sizeWords,
  toInstancesText,
  toSizeText,
} from '../../shared/domain/size.ts'
import { untilLive } from './change.ts'
import type { Command, Context, OptionValue } from './command.ts'
import { find } from './find.ts'
import { waitUntil } from './follow.ts'
import { lastSeq } from './stay.ts'
import { toNumber, UsageError } from './usage.ts'

export const scale: Command = {
  name: 'scale',
  takes: ['name'],
  mayTake: ['instances'],
  help: 'another number of instances in a cluster, or another size of them',
  options: { size: { type: 'string' } },
  optionHelp: {
    '--size SIZE': `${sizeNames.map(name => `${name} (${toSizeText(name)})`).join(', ')}: releases the same build with it`,
  },
  run: async context => {
    const { client, output, values, words } = context
    const deployment = await find(context)
    const { id, name } = deployment
    const instances = toInstances(words[1])
    const size = toSize(values.size)
    if (instances === undefined && size === undefined) {
      const { size: now, health } = deployment
      const text = `${toInstancesText(deployment.instances)}, ${health.ready} ready; ${sizeWords[now]}: ${toSizeText(now)} each.`
      output.result({ id, name, instances: deployment.instances, size: now, health }, text)
      return 0
    }
    if (instances !== undefined) await client.deployments.scale({ id, instances })
    if (size !== undefined) {
      const after = await lastSeq(client, id)
      const before = deployment.serving?.id
      const { applied } = await client.deployments.resize({ id, size, apply: true })
      if (applied === 'release')
        return untilLive(context, { id, after, isNew: now => now.serving?.id !== before })
    }
    return untilScaled(context, id)
  },
}

/** Until all are ready. What keeps them from it is said, and the cluster goes on trying. */
async function untilScaled({ client, output, signal }: Context, id: string): Promise<number> {
  const wanted = (await client.deployments.get({ id })).instances
  const one = await waitUntil(
    client,
    async () => {
      const now = await client.deployments.get({ id })
      if (now.instances !== wanted) throw await toRefusal(client, id, wanted)
      const { ready, reason } = now.health
      return now.health.wanted === 0 || ready === wanted || reason !== null ? now : undefined
    },
    signal,
  )
  if (!one) return 130
  const { health, name, instances } = one
  const text =
    health.wanted === 0
      ? `${name} does not run; it starts with ${toInstancesText(instances)}.`
      : health.ready === wanted
        ? `${health.ready} of ${health.wanted} ready.`
        : `${health.ready} of ${health.wanted} ready. ${health.reason} The cluster goes on trying.`
  output.result({ id, name, instances, health }, text)
  return health.wanted === 0 || health.ready === wanted ? 0 : 1
}

async function toRefusal(client: Context['client'], id: string, wanted: number): Promise<SlipwayError> {
  const lines = await client.activity.list({ deploymentId: id, limit: 10 })
  const why = lines.find(line => line.verb === 'scale_refused')?.detail
  return new SlipwayError({
    code: 'conflict',
    message: why === undefined ? `It was not scaled to ${wanted}.` : `It could not be scaled ${why}`,
    hint: 'What was there goes on.',
  })
}

export const toInstances = (text: OptionValue): number | undefined =>
  toNumber(text, 'number of instances', { from: 1, to: mostInstances })

export function toSize(text: OptionValue): SizeName | undefined {
  if (typeof text !== 'string') return undefined
  const size = sizeNames.find(one => one === text)
  if (size !== undefined) return size
  throw new UsageError(`"${text}" is no size: say ${sizeNames.join(', ')}.`)
}
