import { useQuery } from '@tanstack/react-query'
import { everyDeployment } from '../../connection/api.ts'
import { Page } from '../../frame/Page.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import { Board } from './Board.tsx'
import { FirstRun } from './FirstRun.tsx'

export function BoardPage() {
  const deployments = useQuery(everyDeployment)
  return (
    <Page title="Board" scrolls={false} newButton={deployments.data?.length === 0 ? 'none' : 'primary'}>
      <QueryView query={deployments} loading={<SkeletonRows count={8} widths={[8, 14, 22, 30, 6]} />}>
        {rows => (rows.length === 0 ? <FirstRun /> : <Board deployments={rows} />)}
      </QueryView>
    </Page>
  )
}
