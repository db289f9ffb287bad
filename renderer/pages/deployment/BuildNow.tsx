import { Button } from '@mantine/core'
import type { BuildSummary } from '../../../shared/domain/records.ts'
import { deploymentActions } from '../../actions/deployment-actions.ts'
import { toSentence, waitFacts } from '../../status/facts.ts'
import { StatusMark } from '../../status/StatusMark.tsx'
import { buildLooks } from '../../status/status-map.ts'
import { CommitText } from '../../ui/CommitText.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { StepList } from '../../ui/StepList.tsx'
import classes from './Deployment.module.css'

/** The build at work: its steps with what each took. */
export function BuildNow({ build }: { build: BuildSummary }) {
  const params = { id: build.deploymentId, buildId: build.id }
  return (
    <section className={classes.now} aria-label="Build in progress">
      <div className={classes.nowHead}>
        <StatusMark look={buildLooks[build.status]} />
        <CommitText commit={build.commit} />
        <span className={classes.gap} />
        <Button variant="default" onClick={() => void deploymentActions.cancelBuild(build.id)}>
          Cancel
        </Button>
        <LinkButton variant="default" to="/deployments/$id/builds/$buildId" params={params}>
          Open log
        </LinkButton>
      </div>
      {build.steps.length === 0 ? (
        <p className={classes.waiting}>{toSentence(waitFacts(build))}. It starts by itself.</p>
      ) : (
        <StepList steps={build.steps} />
      )}
    </section>
  )
}
