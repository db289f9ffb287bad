import { Button, NumberInput, Switch, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { healthPathPattern, healthPathRule } from '../../../shared/domain/health-path.ts'
import { findSaid } from '../../../shared/domain/plan.ts'
import { isBranch } from '../../../shared/domain/ref.ts'
import { deploymentActions, refresh } from '../../actions/deployment-actions.ts'
import { toast } from '../../actions/toasts.tsx'
import { client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { PlanSentence, WorkerSwitch, withCommand } from '../../ui/PlanSentence.tsx'
import classes from './Deployment.module.css'
import { DeploymentDrift } from './DeploymentDrift.tsx'
import { DeploymentOwner } from './DeploymentOwner.tsx'
import { DeploymentPreviews, PreviewOf } from './DeploymentPreviews.tsx'
import { DeploymentPushes } from './DeploymentPushes.tsx'
import { DeploymentReports } from './DeploymentReports.tsx'
import { DeploymentScale } from './DeploymentScale.tsx'
import { DeploymentSpace } from './DeploymentSpace.tsx'
import { type DeploymentDetail, useDeployment } from './deployment-context.ts'
import { KeptFolders } from './KeptFolders.tsx'
import { RemoveDialog } from './RemoveDialog.tsx'

export function DeploymentSettings() {
  const deployment = useDeployment()
  const isFollowed = deployment.project.source.kind === 'git' && deployment.preview === null
  return (
    <div className={classes.scroll}>
      <div className={classes.settings}>
        <SettingsForm key={deployment.id} deployment={deployment} />
        {isFollowed && <DeploymentPushes deployment={deployment} />}
        {isFollowed && isBranch(deployment.branch) && <DeploymentPreviews deployment={deployment} />}
        <PreviewOf deployment={deployment} />
        {deployment.project.source.kind === 'git' && <DeploymentReports id={deployment.id} />}
        <DeploymentScale deployment={deployment} />
        {deployment.cluster.kind === 'kubernetes' && <DeploymentDrift id={deployment.id} />}
        <DeploymentOwner deployment={deployment} />
        {deployment.cluster.kind === 'local' && <KeptFolders id={deployment.id} />}
        <DeploymentSpace id={deployment.id} />
        <Danger deployment={deployment} />
      </div>
    </div>
  )
}

function SettingsForm({ deployment }: { deployment: DeploymentDetail }) {
  const [branch, setBranch] = useState(deployment.branch)
  const [port, setPort] = useState(deployment.port)
  const [planEdits, setPlanEdits] = useState(deployment.planEdits)
  const [keepsRunning, setKeepsRunning] = useState(deployment.keepsRunning)
  const plan = deployment.builds.find(build => build.plan !== null)?.plan ?? null

  const isImage = deployment.project.source.kind === 'image'
  const healthPath = planEdits.healthPath ?? plan?.healthPath?.value ?? ''
  const isWorker = plan === null ? deployment.isWorker : findSaid(plan, planEdits, 'worker') !== undefined
  const isRight = healthPathPattern.test(healthPath)

  const save = useMutation({
    mutationFn: async (deploys: boolean) => {
      await client.deployments.update({ id: deployment.id, branch, port, planEdits, keepsRunning })
      if (deploys) await deploymentActions.deploy(deployment)
      else toast('Saved. The next deploy uses it.')
      await refresh()
    },
  })
  const isChanged =
    branch !== deployment.branch ||
    port !== deployment.port ||
    keepsRunning !== deployment.keepsRunning ||
    JSON.stringify(planEdits) !== JSON.stringify(deployment.planEdits)

  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        save.mutate(false)
      }}
    >
      {isImage && (
        <TextInput
          label="Tag"
          description="Of the image, or its digest (sha256:…). What it names at the time is what Deploy runs."
          value={branch}
          spellCheck={false}
          onChange={event => setBranch(event.currentTarget.value.trim())}
        />
      )}
      {deployment.project.source.kind === 'git' && deployment.preview === null && (
        <TextInput
          label="Branch"
          description="The head of this branch is what Deploy builds."
          value={branch}
          spellCheck={false}
          onChange={event => setBranch(event.currentTarget.value)}
        />
      )}
      {plan !== null && deployment.addOn === null && (
        <WorkerSwitch plan={plan} edits={planEdits} setEdits={setPlanEdits} />
      )}
      {!isWorker && (
        <NumberInput
          label="Port"
          description={
            isImage
              ? 'Where the app listens. Empty: the one that the image exposes.'
              : 'Where the app listens. Empty: as the plan says, else the port that Slipway offers it as PORT.'
          }
          value={port ?? ''}
          min={1}
          max={65535}
          allowDecimal={false}
          hideControls
          onChange={value => setPort(typeof value === 'number' ? value : null)}
        />
      )}
      {deployment.addOn === null && !isWorker && (
        <TextInput
          label="Health path"
          description="Ready when this path answers 200 to 399, such as /healthz. Empty: when it takes a connection."
          value={healthPath}
          spellCheck={false}
          error={isRight ? null : `This ${healthPathRule}`}
          onChange={event => {
            const { healthPath: _before, ...others } = planEdits
            const next = event.currentTarget.value.trim()
            setPlanEdits(next === (plan?.healthPath?.value ?? '') ? others : { ...others, healthPath: next })
          }}
        />
      )}
      {plan !== null && deployment.addOn === null && (plan.start !== null || plan.output === null) && (
        <TextInput
          label="Release command"
          description="Runs once for each new release before it takes the traffic, such as npm run migrate. Where it fails, what serves goes on. A rollback runs none."
          value={planEdits.releaseCommand ?? plan.releaseCommand?.value ?? ''}
          spellCheck={false}
          onChange={event => setPlanEdits(withCommand(plan, planEdits, event.currentTarget.value))}
        />
      )}
      {!isImage && (
        <TextInput
          label="Folder"
          description="Of the app in the repository, such as apps/web. Empty: as it was found."
          value={planEdits.root ?? ''}
          spellCheck={false}
          onChange={event => {
            const { root: _before, ...others } = planEdits
            const root = event.currentTarget.value.trim()
            setPlanEdits(root === '' ? others : { ...others, root })
          }}
        />
      )}
      {plan !== null && !isImage && (
        <fieldset className={classes.plan}>
          <legend>Plan</legend>
          <PlanSentence plan={plan} edits={planEdits} port={port} setEdits={setPlanEdits} setPort={setPort} />
        </fieldset>
      )}
      {deployment.cluster.kind === 'local' && (
        <Switch
          label="Keep it running when Slipway quits"
          checked={keepsRunning}
          onChange={event => setKeepsRunning(event.currentTarget.checked)}
        />
      )}
      {save.error !== null && <FailurePanel failure={toShownFailure(save.error)} />}
      <div className={classes.formButtons}>
        <Button type="submit" disabled={!isChanged || !isRight} loading={save.isPending}>
          Save
        </Button>
        <Button
          variant="default"
          disabled={!isChanged || !isRight || save.isPending}
          onClick={() => save.mutate(true)}
        >
          Save and deploy
        </Button>
      </div>
    </form>
  )
}

function Danger({ deployment }: { deployment: DeploymentDetail }) {
  const [isAsking, setAsking] = useState(false)
  return (
    <section className={classes.danger} aria-label="Remove">
      <div>
        <h2 className={classes.heading}>Remove this deployment</h2>
        <p className={classes.dangerText}>
          Stops the app and deletes its checkouts, logs and history.{' '}
          {deployment.project.source.kind === 'image' ? 'The image' : 'The repository'} is not touched.
        </p>
      </div>
      <Button variant="default" className={classes.remove} onClick={() => setAsking(true)}>
        Remove…
      </Button>
      <RemoveDialog deployment={deployment} isOpen={isAsking} close={() => setAsking(false)} />
    </section>
  )
}
