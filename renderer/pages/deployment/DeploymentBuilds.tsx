import { Button } from '@mantine/core'
import { deploymentActions } from '../../actions/deployment-actions.ts'
import { BuildRow } from '../../ui/BuildRow.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import classes from './Deployment.module.css'
import { useDeployment } from './deployment-context.ts'

export function DeploymentBuilds() {
  const deployment = useDeployment()
  if (deployment.builds.length === 0) {
    return (
      <EmptyNote
        title="No build yet"
        actions={<Button onClick={() => void deploymentActions.deploy(deployment)}>Deploy</Button>}
      >
        Every deploy starts one. Its steps and its log are kept here.
      </EmptyNote>
    )
  }
  return (
    <div className={classes.scroll}>
      <ul className={classes.builds} aria-label="Builds">
        {deployment.builds.map(build => (
          <BuildRow key={build.id} build={build} deployment={deployment.name} />
        ))}
      </ul>
    </div>
  )
}
