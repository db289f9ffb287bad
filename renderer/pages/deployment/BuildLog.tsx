import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { Build } from '../../../shared/domain/records.ts'
import { deploymentActions } from '../../actions/deployment-actions.ts'
import { api } from '../../connection/api.ts'
import { Ago, Elapsed } from '../../format/clock.tsx'
import { LogConsole } from '../../log-console/LogConsole.tsx'
import { isActive, toSentence, waitFacts } from '../../status/facts.ts'
import { StatusMark } from '../../status/StatusMark.tsx'
import { buildLooks } from '../../status/status-map.ts'
import { CommitText } from '../../ui/CommitText.tsx'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import { StepList } from '../../ui/StepList.tsx'
import classes from './Deployment.module.css'
import { useDeployment } from './deployment-context.ts'

const route = '/deployments/$id/builds/$buildId'

export function BuildLog() {
  const { buildId } = useParams({ from: route })
  const build = useQuery(api.builds.get.queryOptions({ input: { id: buildId } }))
  return (
    <QueryView query={build} loading={<SkeletonRows count={6} widths={[14, 60]} />}>
      {data => <LoadedBuild key={data.id} build={data} />}
    </QueryView>
  )
}

function LoadedBuild({ build }: { build: Build }) {
  const { name } = useDeployment()
  const { seq } = useSearch({ from: route })
  const navigate = useNavigate()
  const failedStep = build.steps.findLast(step => step.status === 'failed')
  return (
    <div className={classes.buildPage}>
      <aside className={classes.steps} aria-label="Build">
        <StatusMark look={buildLooks[build.status]} />
        <p className={`truncate ${classes.stepsCommit}`}>
          <CommitText commit={build.commit} />
        </p>
        <p className={classes.stepsNote}>
          <Ago at={build.createdAt} /> · {build.requestedBy}
          {build.startedAt !== null && (
            <>
              {' · '}
              <Elapsed from={build.startedAt} to={build.finishedAt} />
            </>
          )}
        </p>
        {build.failure !== null && <p className={classes.stepsFailure}>{build.failure.message}</p>}
        <div className={classes.stepList}>
          <StepList
            steps={build.steps}
            choose={step =>
              void navigate({
                to: route,
                params: { id: build.deploymentId, buildId: build.id },
                search: { seq: step.logSeq },
                replace: true,
              })
            }
          />
        </div>
        {isActive(build) && (
          <Button variant="default" onClick={() => void deploymentActions.cancelBuild(build.id)}>
            Cancel the build
          </Button>
        )}
      </aside>
      <LogConsole
        log={{ kind: 'build', id: build.id }}
        title={`Build log of ${name}`}
        revision={build.finishedAt ?? build.startedAt ?? build.createdAt}
        seq={seq}
        opensAtError={build.status === 'failed' ? { after: (failedStep?.logSeq ?? 1) - 1 } : undefined}
        whenEmpty={
          build.reusedBuildId === null ? (
            <EmptyNote title={build.status === 'queued' ? toSentence(waitFacts(build)) : 'Nothing written'}>
              {build.status === 'queued'
                ? 'The build starts by itself when another has ended.'
                : 'This build ended before it wrote a line.'}
            </EmptyNote>
          ) : (
            <Reused deploymentId={build.deploymentId} buildId={build.reusedBuildId} />
          )
        }
      />
    </div>
  )
}

function Reused({ deploymentId, buildId }: { deploymentId: string; buildId: string }) {
  const deployment = useDeployment()
  return (
    <EmptyNote
      title="Nothing had to be built"
      actions={
        <>
          <LinkButton to={route} params={{ id: deploymentId, buildId }}>
            Open the earlier build
          </LinkButton>
          <Button
            variant="default"
            onClick={() => void deploymentActions.deploy(deployment, { isFresh: true })}
          >
            Build again without cache
          </Button>
        </>
      }
    >
      An earlier build had the same commit, plan and build variables. What it made was released.
    </EmptyNote>
  )
}
