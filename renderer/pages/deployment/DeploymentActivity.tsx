import { ActivityList } from '../../activity/ActivityList.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import classes from './Deployment.module.css'
import { useDeployment } from './deployment-context.ts'

export function DeploymentActivity() {
  const { id } = useDeployment()
  return (
    <div className={classes.scroll}>
      <ActivityList
        wish={{ deploymentId: id }}
        empty={
          <EmptyNote title="Nothing has happened yet">
            Who deployed, rolled back, scaled or changed it, and how that ended, is listed here.
          </EmptyNote>
        }
      />
    </div>
  )
}
