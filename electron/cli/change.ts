import { createInterface } from 'node:readline/promises'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { LeftBehind } from '../../shared/domain/left-behind.ts'
import type { Deployment, Residue } from '../../shared/domain/records.ts'
import { toLeftText } from './cluster-left.ts'
import type { Command, Context } from './command.ts'
import { about } from './find.ts'
import { waitUntil } from './follow.ts'
import { lastSeq, stay, toPlaceText, toUrl } from './stay.ts'
import { UsageError } from './usage.ts'

export const restart: Command = about('restart', 'starts the app anew', (context, one) =>
  runAnew(context, one, async () => {
    await context.client.deployments.restart({ id: one.id })
    return now => now.health.instances.join() !== one.health.instances.join()
  }),
)

export const start: Command = about('start', 'starts a stopped app', (context, one) =>
  runAnew(context, one, async () => {
    await context.client.deployments.start({ id: one.id })
    return () => true
  }),
)

export const stop: Command = about('stop', 'stops the app', async ({ client, signal, output }, { id }) => {
  await client.deployments.stop({ id })
  const stopped = await waitUntil(
    client,
    async () => {
      const one = await client.deployments.get({ id })
      return one.status === 'stopped' && one.health.instances.length === 0 ? one : undefined
    },
    signal,
  )
  if (!stopped) return 130
  output.result({ id, name: stopped.name, status: stopped.status }, 'Stopped.')
  return 0
})

export const remove: Command = {
  ...about('remove', 'removes the app and all that is there of it', async (context, { id, name }) => {
    const { client, signal, output, values } = context
    if (values['with-data'] && values['keep-data'])
      throw new UsageError('--with-data and --keep-data do not go together.')
    if (!values.yes && !(await hasAgreed(name, signal))) {
      output.say('Nothing was removed.')
      return 1
    }
    const deletesData = await asksToDeleteData(context, id)
    await client.deployments.remove({ id, name, deletesData })
    const left = await waitUntil(client, toEnd(context, { id, name }), signal)
    if (!left) return 130
    if ('things' in left) {
      output.result({ id, name, left }, `Forgotten. ${toLeftText(left)}`)
      return 0
    }
    const { keptData, ...counted } = left
    const counts = Object.entries(counted).map(([what, count]) => `${count} ${what}`)
    const data = keptData === null ? '' : `\nIts kept data is in ${keptData}`
    output.result({ id, name, left }, `Removed. Left: ${counts.join(', ')}.${data}`)
    return Object.values(counted).every(count => count === 0) ? 0 : 1
  }),
  options: {
    yes: { type: 'boolean' },
    forget: { type: 'boolean' },
    'with-data': { type: 'boolean' },
    'keep-data': { type: 'boolean' },
  },
  optionHelp: {
    '--yes': 'does not ask',
    '--forget':
      'where its cluster does not answer or something hangs: forgets it, and lists what may be left',
    '--with-data': 'deletes the data of its kept folders, or the volume of a database, too',
    '--keep-data': 'sets that data aside, and says where; so too if nobody can be asked',
  },
}

/** Says what keeps it from being removed, once; or forgets it then, if that is wanted. */
function toEnd({ client, output, values }: Context, { id, name }: { id: string; name: string }) {
  let said = ''
  return async (): Promise<Residue | LeftBehind | undefined> => {
    const residue = await client.deployments.residue({ id })
    if (residue !== null) return residue
    const [one] = await client.deployments.list({ ids: [id] })
    const failure = one?.status === 'removing' ? one.failure : null
    if (failure == null) return undefined
    if (values.forget === true) return client.deployments.forget({ id, name })
    if (failure.message !== said)
      output.say(`${failure.message} ${failure.hint} Or forget it: slipway remove ${name} --yes --forget`)
    said = failure.message
    return undefined
  }
}

/** A question of its own: what is kept was meant to outlive more than a release. */
async function asksToDeleteData({ client, values, signal }: Context, id: string): Promise<boolean> {
  if (values['with-data'] || values['keep-data'] || values.yes || !process.stdin.isTTY)
    return values['with-data'] === true
  const [one] = await client.deployments.list({ ids: [id] })
  if (one?.addOn) {
    const answer = await ask(
      'Delete its volume, with all that the database holds? It is kept otherwise. [y/N] ',
      signal,
    )
    return /^y(?:es)?$/i.test(answer)
  }
  const paths = (await client.folders.list({ id })).filter(one => one.place !== null).map(({ path }) => path)
  if (paths.length === 0) return false
  const answer = await ask(
    `Delete the data in ${paths.join(', ')} too? It is set aside otherwise. [y/N] `,
    signal,
  )
  return /^y(?:es)?$/i.test(answer)
}

/** Asks for something that ends in a live app, and waits for it. `ask` tells how the new state is known. */
async function runAnew(
  context: Context,
  { id }: Deployment,
  ask: () => Promise<(now: Deployment) => boolean>,
): Promise<number> {
  const after = await lastSeq(context.client, id)
  return untilLive(context, { id, after, isNew: await ask() })
}

/** Waits for what was asked for. `after`: the last line of the app's log before that. */
export async function untilLive(
  context: Context,
  { id, after, isNew }: { id: string; after: number; isNew: (now: Deployment) => boolean },
): Promise<number> {
  const { client, output, signal } = context
  context.endApps()
  const live = await waitUntil(
    client,
    async () => {
      const one = await client.deployments.get({ id })
      if (one.status === 'failed' && one.failure) throw new SlipwayError(one.failure)
      return one.status === 'live' && one.health.ready > 0 && isNew(one) ? one : undefined
    },
    signal,
  )
  if (!live) return 130
  const url = toUrl(context, live)
  output.result(
    { id, name: live.name, url, port: live.health.port, release: live.serving?.number },
    url ?? toPlaceText(context, live),
  )
  return stay(context, live, after)
}

/** Only asked where somebody can answer. */
async function hasAgreed(name: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new SlipwayError({
      code: 'invalid_input',
      message: `Removing ${name} deletes its releases, builds and logs.`,
      hint: `Run slipway remove ${name} --yes.`,
    })
  }
  return (await ask(`Type ${name} to remove it: `, signal)) === name
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  // In a prompt the terminal hands Ctrl-C to us, not to the kernel.
  prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return (await prompt.question(question, { signal })).trim()
  } finally {
    prompt.close()
  }
}
