import { Button, Skeleton } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import type { GitHubRef } from '../../../shared/domain/github.ts'
import type { Commit } from '../../../shared/domain/records.ts'
import { toRefText } from '../../../shared/domain/ref.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { CommitText } from '../../ui/CommitText.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { RefSelect } from './RefSelect.tsx'
import { Step } from './Step.tsx'
import classes from './Wizard.module.css'

interface BranchStepProps {
  readonly branches: UseQueryResult<{ name: string; sha: string }[]>
  /** What GitHub knows of them, and of tags and pull requests. */
  readonly refs: readonly GitHubRef[]
  readonly isOpen: boolean
  readonly branch: string | null
  readonly commit: Commit | undefined
  readonly accept: (branch: string) => void
  readonly change: () => void
  readonly changeSource: () => void
}

export function BranchStep({
  branches,
  refs,
  isOpen,
  branch,
  commit,
  accept,
  change,
  changeSource,
}: BranchStepProps) {
  const [chosen, setChosen] = useState<string | null>(null)
  if (!isOpen && branch !== null) {
    return (
      <Step
        title="Branch"
        answer={
          <>
            {toRefText(branch)}
            {commit !== undefined && (
              <span className="second">
                {' · '}
                <CommitText commit={commit} />
              </span>
            )}
          </>
        }
        change={change}
      />
    )
  }
  if (branches.data === undefined) {
    return (
      <Step title="Which branch?">
        {branches.error === null ? (
          <div className={classes.form} aria-busy="true">
            <Skeleton height={32} className={classes.wide} animate={false} />
            <span className="second">Asking the repository for its branches</span>
          </div>
        ) : (
          <FailurePanel
            failure={toShownFailure(branches.error)}
            actions={
              <>
                <Button variant="default" onClick={() => void branches.refetch()}>
                  Try again
                </Button>
                <Button variant="default" onClick={changeSource}>
                  Change the source
                </Button>
              </>
            }
          />
        )}
      </Step>
    )
  }
  const value = chosen ?? branches.data[0]?.name ?? null
  return (
    <Step title="Which branch?">
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          if (value !== null) accept(value)
        }}
      >
        <RefSelect branches={branches.data} refs={refs} value={value} choose={setChosen} />
        <Button type="submit" autoFocus>
          Continue
        </Button>
      </form>
    </Step>
  )
}
