import { useQuery } from '@tanstack/react-query'
import { everyDeployment, firstDeployments } from '../../connection/api.ts'
import { Page } from '../../frame/Page.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { Board, BoardSkeleton } from './Board.tsx'
import { FirstRun } from './FirstRun.tsx'

export function BoardPage() {
  const every = useQuery(everyDeployment)
  const first = useQuery(firstDeployments)
  const shown = every.data ?? (every.error === null ? first.data : undefined)
  return (
    <Page title="Board" scrolls={false} newButton={shown?.length === 0 ? 'none' : 'primary'}>
      <QueryView query={{ ...every, data: shown }} loading={<BoardSkeleton />}>
        {rows =>
          rows.length === 0 ? <FirstRun /> : <Board deployments={rows} isWhole={rows === every.data} />
        }
      </QueryView>
    </Page>
  )
}
