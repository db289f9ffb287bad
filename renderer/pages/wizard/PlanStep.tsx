import { Button, Select, Skeleton } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import { findSaid, type Plan, type PlanEdits } from '../../../shared/domain/plan.ts'
import type { Commit } from '../../../shared/domain/records.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { Elapsed } from '../../format/clock.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { PlanSentence, WorkerSwitch } from '../../ui/PlanSentence.tsx'
import { Step } from './Step.tsx'
import classes from './Wizard.module.css'

interface PlanStepProps {
  readonly inspection: UseQueryResult<{
    commit: Commit
    plan: Plan
    name: string
    branch: string
    folders: string[]
  }>
  readonly isFolder: boolean
  readonly isImage: boolean
  readonly isOpen: boolean
  readonly edits: PlanEdits
  readonly port: number | null
  readonly setEdits: (edits: PlanEdits) => void
  readonly setPort: (port: number | null) => void
  readonly setRoot: (root: string) => void
  readonly accept: () => void
  readonly change: () => void
  readonly changeSource: () => void
}

export function PlanStep(props: PlanStepProps) {
  const { inspection } = props
  if (inspection.data === undefined) return <Inspecting {...props} />
  const { plan, folders } = inspection.data
  const root = (props.edits.root ?? plan.root) || '.'

  const isImage = plan.kind === 'image'
  const isWorker = findSaid(plan, props.edits, 'worker') !== undefined
  const start = props.edits.start ?? plan.start?.value ?? props.edits.output ?? plan.output?.value
  if (!props.isOpen) {
    return (
      <Step
        title="Plan"
        answer={
          <>
            {isWorker && 'Worker · '}
            {!isImage
              ? (plan.runtime?.value ?? plan.label)
              : isWorker
                ? plan.label
                : `Port ${props.port ?? plan.port?.value}`}
            {root !== '.' && <span className="mono second"> · {root}</span>}
            {start !== undefined && <span className="mono second"> · {start}</span>}
          </>
        }
        change={props.change}
      />
    )
  }
  // A Dockerfile that this computer cannot build needs commands in its place.
  const runsInContainer = isImage || plan.kind === 'dockerfile'
  const isBuildable = !runsInContainer || plan.build !== null || (props.edits.start ?? '') !== ''
  const isPortMissing = isImage && plan.port === null && props.port === null && !isWorker
  return (
    <Step title={isImage ? 'How it runs' : 'How it is built and started'}>
      <FolderChoice folders={folders} root={root} setRoot={props.setRoot} />
      <PlanSentence
        plan={plan}
        edits={props.edits}
        port={props.port}
        setEdits={props.setEdits}
        setPort={props.setPort}
      />
      <WorkerSwitch plan={plan} edits={props.edits} setEdits={props.setEdits} />
      {plan.notes.length > 0 && (
        <ul className={classes.notes}>
          {plan.notes.map(note => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <div className={classes.buttons}>
        {isBuildable ? (
          <Button autoFocus disabled={isPortMissing} onClick={props.accept}>
            Continue
          </Button>
        ) : (
          <Button variant="default" onClick={props.changeSource}>
            Choose another source
          </Button>
        )}
      </div>
      <p className={classes.help}>
        {isPortMissing ? 'Say on which port it listens.' : 'Everything underlined can be changed.'}
      </p>
    </Step>
  )
}

/** Where a repository has several apps. */
function FolderChoice({
  folders,
  root,
  setRoot,
}: {
  folders: readonly string[]
  root: string
  setRoot: (root: string) => void
}) {
  const all = folders.includes(root) ? folders : [root, ...folders]
  if (all.length < 2) return null
  return (
    <div className={classes.folder}>
      <span className="second">There are several apps. This one is in</span>
      <Select
        aria-label="Folder of the app"
        data={all.map(folder => ({
          value: folder,
          label: folder === '.' ? 'the top of the repository' : folder,
        }))}
        value={root}
        onChange={next => next !== null && setRoot(next)}
        allowDeselect={false}
        maxDropdownHeight={320}
      />
    </div>
  )
}

function Inspecting({
  inspection,
  isFolder,
  isImage,
  edits,
  changeSource,
  setEdits,
  setRoot,
}: PlanStepProps) {
  const [since] = useState(() => Date.now())
  if (inspection.error !== null) {
    const failure = toShownFailure(inspection.error)
    return (
      <Step title="How it is built and started">
        <FailurePanel
          failure={failure}
          actions={
            <>
              {failure.folders?.slice(0, 6).map(folder => (
                <Button key={folder} variant="default" onClick={() => setRoot(folder)}>
                  Use {folder}
                </Button>
              ))}
              {edits.dockerfile !== undefined && (
                <Button variant="default" onClick={() => setEdits(without(edits))}>
                  Without {edits.dockerfile === '' ? 'that change' : edits.dockerfile}
                </Button>
              )}
              <Button variant="default" onClick={() => void inspection.refetch()}>
                Try again
              </Button>
              <Button variant="default" onClick={changeSource}>
                Change the source
              </Button>
            </>
          }
        />
      </Step>
    )
  }
  return (
    <Step title="How it is built and started">
      <div aria-busy="true">
        <Skeleton height={12} width="72%" mb={12} animate={false} />
        <Skeleton height={12} width="54%" animate={false} />
        <p className={classes.help}>
          {isImage
            ? 'Asking the registry'
            : isFolder
              ? 'Reading the folder'
              : 'Fetching the branch and reading it'}{' '}
          · <Elapsed from={since} />
        </p>
      </div>
    </Step>
  )
}

function without({ dockerfile: _dockerfile, target: _target, ...others }: PlanEdits): PlanEdits {
  return others
}
