import { useSearch } from '@tanstack/react-router'
import { LogConsole } from '../../log-console/LogConsole.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { useDeployment } from './deployment-context.ts'

export function DeploymentLog() {
  const { id, name, changedAt, status } = useDeployment()
  const { seq } = useSearch({ from: '/deployments/$id/log' })
  return (
    <LogConsole
      key={id}
      log={{ kind: 'runtime', id }}
      title={`Log of ${name}`}
      revision={changedAt}
      seq={seq}
      opensAtError={status === 'failed' ? 'last' : undefined}
      whenEmpty={
        <EmptyNote title="Nothing written yet">What the app prints appears here, line by line.</EmptyNote>
      }
    />
  )
}
