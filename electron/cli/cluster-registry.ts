import { createInterface } from 'node:readline/promises'
import type { InstalledRegistry, RegistryStep } from '../../shared/domain/cluster-registry.ts'
import type { Context } from './command.ts'
import { toTable } from './output.ts'
import { UsageError } from './usage.ts'

const stateWords = {
  absent: 'Not installed. It would be these objects:',
  incomplete: 'Not complete. slipway cluster registry install goes on.',
  complete: 'Installed.',
} as const satisfies Record<InstalledRegistry['state'], string>

/** `slipway cluster registry install|remove|show CONTEXT`. */
export async function changeRegistry(
  context: Context,
  what: string,
  cluster: { id: string; name: string },
): Promise<number> {
  if (what === 'show') return show(context, cluster)
  if (what === 'install') return install(context, cluster)
  if (what === 'remove') return remove(context, cluster)
  throw new UsageError(`"${what}" is nothing to do with a registry: say install, remove or show.`)
}

async function show({ client, output }: Context, { id }: { id: string }): Promise<number> {
  const found = await client.clusters.registry({ id })
  output.result(found, `${stateWords[found.state]}\n\n${toObjects(found)}${toUsers(found)}`)
  return 0
}

async function install(context: Context, { id, name }: { id: string; name: string }): Promise<number> {
  const { client, output, signal } = context
  const before = await client.clusters.registry({ id })
  output.say(`This is ${before.state === 'absent' ? 'made' : 'what there is to be'} in ${name}:\n`)
  output.say(`${toObjects(before)}\n`)
  await agree(context, 'Install it?', `slipway cluster registry install ${name} --yes`)
  await follow(context, await client.clusters.installRegistry({ id }, { signal }))
  const after = await client.clusters.registry({ id })
  const { registry } = await client.clusters.settings({ id })
  output.result(
    { registry, ...after },
    `Installed. Builds push to ${registry?.address}, and nodes pull from ${registry?.pullAddress}.`,
  )
  return 0
}

async function remove(context: Context, { id, name }: { id: string; name: string }): Promise<number> {
  const { client, output, signal } = context
  const before = await client.clusters.registry({ id })
  output.say(`This is removed from ${name}, and all images with it:\n`)
  output.say(`${toObjects(before)}${toUsers(before)}\n`)
  await agree(context, 'Remove it?', `slipway cluster registry remove ${name} --yes`)
  const last = await follow(
    context,
    await client.clusters.removeRegistry({ id, losesImages: true }, { signal }),
  )
  output.result({ id, name, detail: last }, `Removed. ${last}.`)
  return 0
}

async function agree({ values, signal, output }: Context, question: string, command: string): Promise<void> {
  if (values.yes === true) return
  if (!process.stdin.isTTY) throw new UsageError(`Nothing was changed. To agree to it: ${command}`)
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal })
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was changed.')
    output.say('')
  } finally {
    prompt.close()
  }
}

/** Says each step when it is done; the last thing that was said. */
async function follow({ output }: Context, steps: AsyncIterable<RegistryStep>): Promise<string> {
  let last = ''
  for await (const { title, status, detail } of steps) {
    if (status === 'waiting') continue
    if (status === 'running' && detail === '') continue
    last = detail
    output.say(`${status === 'done' ? 'done' : '...'.padEnd(4)}  ${title.padEnd(26)} ${detail}`.trimEnd())
  }
  return last
}

const toObjects = ({ objects, state }: InstalledRegistry): string =>
  toTable(
    objects.map(({ kind, name, why, isThere }) => [
      kind,
      name,
      ...(state === 'absent' ? [] : [isThere ? 'there' : 'missing']),
      why,
    ]),
  )

const toUsers = ({ deployments, otherPods }: InstalledRegistry): string =>
  [
    ...(deployments.length === 0 ? [] : [`Images of ${deployments.join(', ')} are in it.`]),
    ...(otherPods.length === 0 ? [] : [`Pods of others run from it: ${otherPods.join(', ')}.`]),
  ]
    .map(
      (line, at) =>
        `\n${at === 0 ? '\n' : ''}${line} Without it they run on until a node has to pull them again.`,
    )
    .join('')
