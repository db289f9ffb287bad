import { skipToken, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { Account } from '../../../shared/domain/github.ts'
import { findSaid, type PlanEdits } from '../../../shared/domain/plan.ts'
import type { Source } from '../../../shared/domain/records.ts'
import type { VariableEdit } from '../../../shared/domain/variable.ts'
import { api } from '../../connection/api.ts'
import { Page } from '../../frame/Page.tsx'
import { useAccounts } from '../../github/use-accounts.ts'
import { useRefs } from '../../github/use-refs.ts'
import { QueryView } from '../../ui/QueryView.tsx'
import { BranchStep } from './BranchStep.tsx'
import { DeployStep } from './DeployStep.tsx'
import { PlanStep } from './PlanStep.tsx'
import { SourceStep } from './SourceStep.tsx'
import type { TypedSource } from './to-source.ts'
import { VariablesStep } from './VariablesStep.tsx'
import { WhereStep } from './WhereStep.tsx'
import classes from './Wizard.module.css'

export function WizardPage() {
  const { sample } = useSearch({ from: '/new' })
  const accounts = useAccounts()
  const source = useQuery(api.sources.sample.queryOptions({ enabled: sample === true }))
  return (
    <Page title="New deployment" newButton="none">
      {sample === true ? (
        <QueryView query={source} loading={null}>
          {given => <Wizard key={given.address} given={given} accounts={[]} />}
        </QueryView>
      ) : (
        // Who is signed in decides what the first question is.
        accounts.status !== 'pending' && <Wizard given={null} accounts={accounts.data ?? []} />
      )}
    </Page>
  )
}

const order = ['source', 'branch', 'where', 'plan', 'variables', 'deploy'] as const
type StepName = (typeof order)[number]

/** One page that grows. Going back to a step takes back what was answered after it. */
function Wizard({ given, accounts }: { given: Source | null; accounts: readonly Account[] }) {
  const [step, setStep] = useState<StepName>(given === null ? 'source' : 'branch')
  const [source, setSource] = useState(given)
  const [account, setAccount] = useState<TypedSource['account']>()
  const [branch, setBranch] = useState<string | null>(null)
  const [edits, setEdits] = useState<PlanEdits>({})
  const [port, setPort] = useState<number | null>(null)
  const [variables, setVariables] = useState<readonly VariableEdit[]>([])

  const [chosenCluster, setCluster] = useState<string | null>(null)
  const clusters = useQuery(api.clusters.list.queryOptions()).data ?? []
  const cluster = clusters.find(one => one.id === chosenCluster) ?? clusters.find(one => one.kind === 'local')

  const fresh = { staleTime: 0, gcTime: 0 }
  const isImage = source?.kind === 'image'
  const branches = useQuery(
    api.sources.branches.queryOptions({
      input: source === null || isImage ? skipToken : { ...source, accountId: account?.id },
      ...fresh,
    }),
  )
  const refs = useRefs(
    source === null || account === undefined ? undefined : { accountId: account.id, address: source.address },
  )
  const isFolder = branches.data?.length === 0
  const chosenBranch = branch ?? (isFolder ? '' : null)
  // With one place there is nothing to choose.
  const afterBranch = clusters.length > 1 ? 'where' : 'plan'
  const shown: StepName = step === 'branch' && chosenBranch !== null ? afterBranch : step
  const isAfter = (other: StepName) => order.indexOf(shown) > order.indexOf(other)
  // Places follow a plan in ways of their own.
  const isPlaced = isAfter('where')
  const inspection = useQuery(
    api.sources.inspect.queryOptions({
      input:
        source === null || chosenBranch === null || !isPlaced
          ? skipToken
          : {
              source,
              branch: chosenBranch,
              root: edits.root,
              dockerfile: edits.dockerfile,
              target: edits.target,
              clusterId: cluster?.id,
              accountId: account?.id,
            },
      ...fresh,
    }),
  )

  return (
    <div className={classes.wizard}>
      <SourceStep
        given={source && { source, branch, ...(account === undefined ? {} : { account }) }}
        accounts={accounts}
        isOpen={shown === 'source'}
        accept={next => {
          setSource(next.source)
          setAccount(next.account)
          setBranch(next.branch)
          setEdits({})
          setPort(null)
          setStep('branch')
        }}
        change={() => setStep('source')}
      />
      {source !== null && shown !== 'source' && !isFolder && !isImage && (
        <BranchStep
          branches={branches}
          refs={refs}
          isOpen={shown === 'branch'}
          branch={branch}
          commit={inspection.data?.commit}
          accept={next => {
            setBranch(next)
            setStep(afterBranch)
          }}
          change={() => {
            setBranch(null)
            setStep('branch')
          }}
          changeSource={() => setStep('source')}
        />
      )}
      {isAfter('branch') && clusters.length > 1 && cluster !== undefined && (
        <WhereStep
          clusters={clusters}
          cluster={cluster}
          isImage={isImage}
          isOpen={shown === 'where'}
          choose={setCluster}
          accept={() => setStep('plan')}
          change={() => setStep('where')}
        />
      )}
      {source !== null && isAfter('where') && (
        <PlanStep
          inspection={inspection}
          isFolder={isFolder}
          isImage={isImage}
          isOpen={shown === 'plan'}
          edits={edits}
          port={port}
          setEdits={setEdits}
          setPort={setPort}
          setRoot={root => {
            setEdits({ root })
            setPort(null)
          }}
          accept={() => setStep('variables')}
          change={() => setStep('plan')}
          changeSource={() => setStep('source')}
        />
      )}
      {isAfter('plan') && (
        <VariablesStep
          variables={variables}
          isOpen={shown === 'variables'}
          set={setVariables}
          accept={() => setStep('deploy')}
          change={() => setStep('variables')}
        />
      )}
      {source !== null && shown === 'deploy' && inspection.data !== undefined && cluster !== undefined && (
        <DeployStep
          cluster={cluster}
          deployment={{
            source,
            branch: inspection.data.branch,
            port,
            planEdits: edits,
            variables: [...variables],
          }}
          suggestedName={inspection.data.name}
          isWorker={findSaid(inspection.data.plan, edits, 'worker') !== undefined}
          suggestedOwner={account?.userId ?? null}
        />
      )}
    </div>
  )
}
