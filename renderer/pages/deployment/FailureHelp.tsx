import { Button } from '@mantine/core'
import type { Failure } from '../../../shared/domain/failure.ts'
import type { Deployment } from '../../../shared/domain/records.ts'
import { deploymentActions } from '../../actions/deployment-actions.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { type NextStep, toNextSteps } from './next-steps.ts'

/** Why the last try failed, and the next step as buttons, the likeliest first. */
export function FailureHelp({ deployment, failure }: { deployment: Deployment; failure: Failure }) {
  const steps = toNextSteps(failure, deployment)
  return (
    <FailurePanel
      failure={failure}
      actions={steps.map((step, index) => (
        <StepButton key={step.do} step={step} deployment={deployment} isFirst={index === 0} />
      ))}
    />
  )
}

function StepButton({
  step,
  deployment,
  isFirst,
}: {
  step: NextStep
  deployment: Deployment
  isFirst: boolean
}) {
  const { id } = deployment
  const variant = isFirst ? 'filled' : 'default'
  switch (step.do) {
    case 'usePort':
      return (
        <Button
          variant={variant}
          onClick={() => void deploymentActions.deployWithPort(deployment, step.port)}
        >
          Use {step.port} and deploy again
        </Button>
      )
    case 'openBuildLog':
      return (
        <LinkButton
          variant={variant}
          to="/deployments/$id/builds/$buildId"
          params={{ id, buildId: step.buildId }}
        >
          Open log
        </LinkButton>
      )
    case 'openRuntimeLog':
      return (
        <LinkButton variant={variant} to="/deployments/$id/log" params={{ id }}>
          Open log
        </LinkButton>
      )
    case 'openSettings':
      return (
        <LinkButton variant={variant} to="/deployments/$id/settings" params={{ id }}>
          {step.word}
        </LinkButton>
      )
    case 'restart':
      return (
        <Button variant={variant} onClick={() => void deploymentActions.restart(deployment)}>
          Restart
        </Button>
      )
    case 'deploy':
      return (
        <Button variant={variant} onClick={() => void deploymentActions.deploy(deployment)}>
          Deploy again
        </Button>
      )
  }
}
