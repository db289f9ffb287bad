import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { engines } from '../../../shared/domain/add-on.ts'
import { isBranch, toRefText } from '../../../shared/domain/ref.ts'
import { sizeWords, toSizeText } from '../../../shared/domain/size.ts'
import { Ago } from '../../format/clock.tsx'
import { isActive, shortUrl, shownStatus } from '../../status/facts.ts'
import { CommitText } from '../../ui/CommitText.tsx'
import { BuildNow } from './BuildNow.tsx'
import classes from './Deployment.module.css'
import { PullLink } from './DeploymentPreviews.tsx'
import { DriftNotice } from './DriftNotice.tsx'
import { useDeployment } from './deployment-context.ts'
import { FailureHelp } from './FailureHelp.tsx'
import { PushFact } from './PushFact.tsx'
import { SourceChanges } from './SourceChanges.tsx'
import { Timeline } from './Timeline.tsx'
import { Usage } from './Usage.tsx'
import { WrittenNotice } from './WrittenNotice.tsx'

export function Overview() {
  const deployment = useDeployment()
  const { health, serving, latestBuild, failure, project, cluster, branch, id, addOn, preview } = deployment
  const status = shownStatus(deployment)
  const plan = deployment.builds.find(build => build.plan !== null)?.plan
  const port = health.port ?? deployment.port ?? plan?.port?.value ?? null
  return (
    <div className={classes.overview}>
      <div className={classes.left}>
        {isActive(latestBuild) && <BuildNow build={latestBuild} />}
        {failure !== null && !isActive(latestBuild) && (
          <FailureHelp deployment={deployment} failure={failure} />
        )}
        {cluster.kind === 'kubernetes' && <DriftNotice deployment={deployment} />}
        {cluster.kind === 'local' && serving !== null && <WrittenNotice key={serving.id} id={id} />}
        <SourceChanges key={serving?.id ?? ''} deployment={deployment} />
        <dl className={classes.facts}>
          {deployment.isWorker ? (
            <Fact word="Worker">
              <span className="second">listens nowhere, so it has no URL</span>
            </Fact>
          ) : addOn === null ? (
            <Fact word="URL">
              <a className="text-link" href={deployment.url} target="_blank" rel="noopener noreferrer">
                {shortUrl(deployment.url)}
              </a>
            </Fact>
          ) : (
            <Fact word="Database">
              {engines[addOn.engine].label}{' '}
              <span className="second">
                · a volume of {addOn.volumeGib} GiB, reached by what is attached to it
              </span>
            </Fact>
          )}
          <Fact word="Serving">
            {serving === null ? (
              <span className="second">nothing</span>
            ) : (
              <span className={classes.serving}>
                #{serving.number} <CommitText commit={serving.commit} />
              </span>
            )}
          </Fact>
          <Fact word="Health">
            {health.wanted === 0 ? (
              <span className="second">{status === 'stopped' ? 'stopped' : 'nothing runs'}</span>
            ) : (
              <>
                {health.ready} of {health.wanted} ready
                {health.restarts > 0 &&
                  ` · ${health.restarts} ${health.restarts === 1 ? 'restart' : 'restarts'}`}
                {health.reason !== null && ` · ${health.reason}`}
              </>
            )}
          </Fact>
          {cluster.kind === 'kubernetes' && (
            <Fact word="Size">
              {sizeWords[serving?.size ?? deployment.size]}{' '}
              <span className="second">
                · {toSizeText(serving?.size ?? deployment.size)}
                {serving !== null &&
                  serving.size !== deployment.size &&
                  ` · the next release is ${sizeWords[deployment.size]}`}
                {' · '}
              </span>
              <Link className="text-link" to="/deployments/$id/settings" params={{ id }}>
                change
              </Link>
            </Fact>
          )}
          {!deployment.isWorker && (
            <Fact word="Port">
              {port === null ? (
                <span className="second">offered by Slipway</span>
              ) : (
                <span className="mono">{port}</span>
              )}
            </Fact>
          )}
          <Fact word="Source">
            <span className="mono">{project.source.address}</span>
            {branch !== '' && <span className="second"> · {toRefText(branch)}</span>}
          </Fact>
          {preview !== null && (
            <Fact word="Preview of">
              <PullLink {...preview} />
              {preview.isFork && <span className="second"> · from a fork, without secret variables</span>}
            </Fact>
          )}
          {project.source.kind === 'git' && isBranch(branch) && (
            <Fact word="Pushes">
              <PushFact id={id} branch={branch} />
            </Fact>
          )}
          <Fact word="Runs on">
            {cluster.name}
            {health.instances.length > 0 && (
              <span className="second">
                {' · '}
                {cluster.kind === 'local' ? 'process' : 'instance'} {health.instances.join(', ')}
              </span>
            )}
          </Fact>
          <Fact word="When Slipway quits">
            {deployment.cluster.kind === 'kubernetes' ? (
              'goes on in the cluster'
            ) : (
              <>
                {deployment.keepsRunning ? 'keeps running' : 'stops'}
                {' · '}
                <Link className="text-link" to="/deployments/$id/settings" params={{ id }}>
                  change
                </Link>
              </>
            )}
          </Fact>
          <Fact word="Created">
            <Ago at={deployment.createdAt} />
          </Fact>
        </dl>
        {serving !== null && <Usage id={id} />}
      </div>
      <Timeline deployment={deployment} />
    </div>
  )
}

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </div>
  )
}
