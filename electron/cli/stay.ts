import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { hasAddress } from '../../shared/domain/worker.ts'
import type { Client, Context } from './command.ts'
import { followLog, waitUntil } from './follow.ts'

/** The last line of the app's log, to go on from there. */
export async function lastSeq(client: Client, id: string): Promise<number> {
  return (await client.logs.read({ log: { kind: 'runtime', id }, limit: 1 })).last
}

/** For tables: where it is found, or what it is instead. */
export const toPlaceText = (context: Pick<Context, 'isAlone'>, one: Deployment): string =>
  toUrl(context, one) ?? (one.isWorker ? 'worker' : 'database')

/** Where the app answers when this command has ended: without a Slipway that runs there is no gateway. Null: nowhere. */
export function toUrl({ isAlone }: Pick<Context, 'isAlone'>, one: Deployment): string | null {
  if (!hasAddress(one)) return null
  const isOnItsOwn = isAlone && one.cluster.kind === 'local' && one.keepsRunning && one.health.port !== null
  return isOnItsOwn ? `http://localhost:${one.health.port}/` : one.url
}

/** Whether the app answers although no Slipway is open. */
export function answersAlone(one: Deployment): boolean {
  return one.cluster.kind === 'kubernetes'
    ? one.url !== one.localUrl && hasAddress(one)
    : one.keepsRunning && one.health.ready > 0
}

/**
 * Alone, the app ends with this process: it stays until Ctrl-C and prints what the app says after line `after`, or until
 * the app was stopped, removed or given up. In a cluster the app runs without us.
 */
export async function stay(context: Context, deployment: Deployment, after: number): Promise<number> {
  if (deployment.cluster.kind === 'kubernetes') {
    const { name } = deployment.cluster
    if (deployment.url === deployment.localUrl && hasAddress(deployment))
      context.output.say(
        `It runs in ${name}, and answers here while Slipway is open. An address of its own needs a base domain: slipway cluster add ${name} --base-domain DOMAIN`,
      )
    return 0
  }
  if (!context.isAlone) return 0
  if (deployment.keepsRunning) {
    const place = hasAddress(deployment) ? ` While Slipway is open it is at ${deployment.url} too.` : ''
    context.output.say(`Runs without Slipway.${place}`)
    return 0
  }
  context.output.say('Running until Ctrl-C. --keep lets the app go on without Slipway.')
  const end = new AbortController()
  const log = { kind: 'runtime', id: deployment.id } as const
  const following = followLog(context, log, {
    after,
    signal: AbortSignal.any([context.signal, end.signal]),
  })
  try {
    await waitUntil(context.client, () => findEnd(context.client, deployment.id), context.signal)
  } finally {
    end.abort()
    await following
  }
  return 0
}

/** Whether the app is not to run any more. Fails when it was given up. */
async function findEnd(client: Client, id: string): Promise<true | undefined> {
  const [one] = await client.deployments.list({ ids: [id] })
  if (one?.status === 'failed' && one.failure && one.health.ready === 0) throw new SlipwayError(one.failure)
  return one === undefined || one.wanted !== 'running' ? true : undefined
}
