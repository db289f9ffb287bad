import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { isFinishedBuild } from '../../shared/domain/status.ts'
import type { Context } from './command.ts'
import { followLog, waitUntil } from './follow.ts'
import { stay, toPlaceText, toUrl } from './stay.ts'

/** Prints the build until what it made is live, and says where. `after`: the last line of the app's log before it. */
export async function followToLive(
  context: Context,
  { id, buildId, after }: { id: string; buildId: string; after: number },
): Promise<number> {
  const { client, output, signal } = context
  if (!(await printBuild(context, buildId))) return detached(context)
  const live = await waitUntil(client, () => findLive(context, id, buildId), signal)
  if (!live) return detached(context)
  const url = toUrl(context, live)
  output.result(
    { id, name: live.name, url, port: live.health.port, release: live.serving?.number, buildId },
    url ?? `${live.name} is live: a ${toPlaceText(context, live)}, without a URL.`,
  )
  return stay(context, live, after)
}

/** Follows the build, and its log as far as it goes when the build has ended. False when Ctrl-C came first. */
async function printBuild(context: Context, buildId: string): Promise<boolean> {
  const { client, signal } = context
  const log = { kind: 'build', id: buildId } as const
  const end = new AbortController()
  let printed = 0
  let last = Infinity
  let wait: string | null = null
  const look = () => {
    if (printed >= last) end.abort()
  }
  const finished = waitUntil(
    client,
    async () => {
      const one = await client.builds.get({ id: buildId })
      if (one.waitsFor !== null && one.waitsFor !== wait) context.output.say(`The build ${one.waitsFor}.`)
      wait = one.waitsFor
      return isFinishedBuild(one.status) ? one : undefined
    },
    signal,
  ).then(async one => {
    // All is in the log before a build is called ended. That of one that never began does not open, and one can open again.
    last =
      one === undefined || one.reusedBuildId !== null ? 0 : (await client.logs.read({ log, limit: 1 })).last
    look()
    return one
  })
  const following = followLog(context, log, {
    after: 0,
    signal: AbortSignal.any([signal, end.signal]),
    printed: seq => {
      printed = seq
      look()
    },
  })
  const [build] = await Promise.all([finished, following])
  if (!build) return false
  if (build.reusedBuildId !== null)
    context.output.say(
      '» Nothing had to be built: the same commit, plan and variables were built before. --no-cache builds them again.',
    )
  if (build.failure) throw new SlipwayError(build.failure)
  if (build.status === 'cancelled') {
    throw new SlipwayError({
      code: 'build_cancelled',
      message: 'The build was cancelled, or a newer one took its place.',
      hint: 'Deploy again.',
    })
  }
  return true
}

const overtaken = new SlipwayError({
  code: 'conflict',
  message: 'Before the app was live, it was stopped or another release took the place of this one.',
  hint: 'slipway list shows what runs now.',
})

async function findLive({ client }: Context, id: string, buildId: string): Promise<Deployment | undefined> {
  const one = await client.deployments.get({ id })
  if (one.serving?.buildId === buildId && one.health.ready > 0) return one
  const release = one.releases.find(candidate => candidate.buildId === buildId)
  const failure = release?.failure ?? (one.status === 'failed' ? one.failure : null)
  if (failure) throw new SlipwayError(failure)
  if (release?.status === 'retired' || one.wanted !== 'running') throw overtaken
  return undefined
}

function detached({ output, isAlone }: Context): number {
  output.say(isAlone ? 'Stopped.' : 'Detached. The deploy goes on in Slipway.')
  return 130
}
