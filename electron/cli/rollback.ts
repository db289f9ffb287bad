import { SlipwayError } from '../../shared/domain/failure.ts'
import { findPrevious, type PastRelease } from '../../shared/domain/records.ts'
import { untilLive } from './change.ts'
import type { Command, Context } from './command.ts'
import { about } from './find.ts'
import { followToLive } from './follow-build.ts'
import { toTable } from './output.ts'
import { lastSeq } from './stay.ts'
import { toNumber } from './usage.ts'

export const rollback: Command = {
  ...about(
    'rollback',
    'rolls an earlier release out again; one that was deleted to save space is built again',
    async (context, one) => {
      const { client, output, values } = context
      const { id, serving } = one
      if (values.list === true) return await listReleases(context, id)
      const wanted = toNumber(values.to, 'release', { from: 1, to: Number.MAX_SAFE_INTEGER })
      const { releases } = await client.deployments.get({ id })
      const release =
        wanted === undefined ? findPrevious(releases, serving) : releases.find(each => each.number === wanted)
      if (!release) {
        throw new SlipwayError({
          code: 'not_found',
          message: 'There is no such release to roll back to.',
          hint: `Releases: ${releases.map(each => `#${each.number}`).join(', ') || 'none'}.`,
        })
      }
      const after = await lastSeq(client, id)
      const { releaseId, buildId } = await client.deployments.rollback({ id, releaseId: release.id })
      if (buildId === null)
        return untilLive(context, { id, after, isNew: now => now.serving?.id === releaseId })
      output.say(
        `What release #${release.number} ran was deleted to save space. Its commit ${release.commit.sha.slice(0, 7)} is built again.`,
      )
      context.endApps()
      return followToLive(context, { id, buildId, after })
    },
  ),
  options: { to: { type: 'string' }, list: { type: 'boolean' } },
  optionHelp: {
    '--to NUMBER': 'the release; the one before the live one otherwise',
    '--list': 'the releases, and which of them start at once',
  },
}

async function listReleases({ client, output }: Context, id: string): Promise<number> {
  const { releases } = await client.deployments.get({ id })
  const rows = releases.map(one => [
    `#${one.number}`,
    one.status,
    one.commit.sha.slice(0, 7),
    toRollbackWord(one),
    one.commit.subject,
  ])
  const heads = ['RELEASE', 'STATUS', 'COMMIT', 'ROLLBACK', '']
  output.result(releases, rows.length === 0 ? 'No release yet.' : toTable([heads, ...rows]))
  return 0
}

function toRollbackWord({ liveAt, status, startsAtOnce }: PastRelease): string {
  if (liveAt === null) return 'was never live'
  if (status === 'live') return 'serves'
  return startsAtOnce ? 'starts at once' : 'is built again'
}
