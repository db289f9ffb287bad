import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { toRefText } from '../../../shared/domain/ref.ts'
import { api } from '../../connection/api.ts'
import { Ago } from '../../format/clock.tsx'

/** How often the time of the last look is asked for. */
const refreshMs = 30_000

/** Whether a push deploys, and what keeps it from that. */
export function PushFact({ id, branch }: { id: string; branch: string }) {
  const { data } = useQuery({
    ...api.pushes.get.queryOptions({ input: { id } }),
    staleTime: 0,
    refetchInterval: refreshMs,
  })
  const change = (
    <Link className="text-link" to="/deployments/$id/settings" params={{ id }}>
      change
    </Link>
  )
  if (data === undefined) return <span className="second">…</span>
  if (!data.isOn)
    return (
      <>
        <span className="second">not deployed by themselves · </span>
        {change}
      </>
    )
  const where = branch === '' ? 'the default branch' : toRefText(branch)
  return (
    <>
      deployed from {where}
      {data.paths.length > 0 && ` where ${data.paths.join(', ')} changes`}
      <span className="second">
        {data.trouble !== null ? (
          ` · ${data.trouble.message}`
        ) : data.lookedAt === null ? null : (
          <>
            {' · looked '}
            <Ago at={data.lookedAt} />
          </>
        )}
        {data.notice !== null && ` · ${data.notice}`}
        {' · '}
      </span>
      {change}
    </>
  )
}
