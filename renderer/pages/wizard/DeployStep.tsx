import { Button, Select, Skeleton, Switch, TextInput } from '@mantine/core'
import { skipToken, useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { toHost } from '../../../shared/domain/cluster.ts'
import { namePattern, nameRule } from '../../../shared/domain/name-pattern.ts'
import type { PlanEdits } from '../../../shared/domain/plan.ts'
import type { Cluster, Settings, Source } from '../../../shared/domain/records.ts'
import { isBranch, toRefText } from '../../../shared/domain/ref.ts'
import { defaultSize, type SizeName } from '../../../shared/domain/size.ts'
import type { VariableEdit } from '../../../shared/domain/variable.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { toastFailure } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { InstancesField, SizeField } from '../../ui/ScaleFields.tsx'
import { useUsers } from '../../users/use-users.ts'
import { ConsentNotice } from './ConsentNotice.tsx'
import { Step } from './Step.tsx'
import classes from './Wizard.module.css'

interface Wanted {
  readonly source: Source
  readonly branch: string
  readonly port: number | null
  readonly planEdits: PlanEdits
  readonly variables: VariableEdit[]
}

/** Where a push can be seen. */
const mayFollow = ({ source, branch }: Wanted): boolean => source.kind === 'git' && isBranch(branch)

export function DeployStep({
  cluster,
  deployment,
  suggestedName,
  isWorker,
  suggestedOwner,
}: {
  cluster: Cluster
  deployment: Wanted
  suggestedName: string
  /** It listens nowhere. */
  isWorker: boolean
  /** Who has the account that the repository was picked from. */
  suggestedOwner: string | null
}) {
  const settings = useQuery(api.settings.get.queryOptions())
  return (
    <Step title="What is it called?">
      <QueryView query={settings} loading={<Skeleton height={32} animate={false} />}>
        {given => (
          <DeployForm
            cluster={cluster}
            deployment={deployment}
            suggestedName={suggestedName}
            isWorker={isWorker}
            suggestedOwner={suggestedOwner}
            settings={given}
          />
        )}
      </QueryView>
    </Step>
  )
}

function DeployForm({
  cluster,
  deployment,
  suggestedName,
  isWorker,
  suggestedOwner,
  settings,
}: {
  cluster: Cluster
  deployment: Wanted
  suggestedName: string
  /** It listens nowhere. */
  isWorker: boolean
  /** Who has the account that the repository was picked from. */
  suggestedOwner: string | null
  settings: Settings
}) {
  const navigate = useNavigate()
  const [name, setName] = useState(suggestedName)
  const [keepsRunning, setKeepsRunning] = useState(settings.keepsRunning)
  // Who picks a repository of an account means to work on it.
  const [followsPushes, setFollowsPushes] = useState(suggestedOwner !== null)
  const [size, setSize] = useState<SizeName>(defaultSize)
  const [instances, setInstances] = useState<number | null>(1)
  const session = useQuery(api.session.info.queryOptions())
  const { users, areSeveral } = useUsers()
  const [chosenOwner, setOwner] = useState(suggestedOwner)
  const ownerId = chosenOwner ?? session.data?.user.id
  const isLocal = cluster.kind === 'local'
  const needsConsent = isLocal && settings.localConsentAt === null
  const isNameRight = namePattern.test(name)
  const isRight = isNameRight && instances !== null

  const create = useMutation({
    mutationFn: async () => {
      if (needsConsent) {
        await client.settings.update({ localConsentAt: Date.now() })
        await queryClient.invalidateQueries({ queryKey: api.settings.key() })
      }
      const made = await client.deployments.create({
        ...deployment,
        name,
        clusterId: cluster.id,
        ...(isLocal ? { keepsRunning } : { size, instances: instances ?? 1 }),
        ...(ownerId === undefined ? {} : { ownerId }),
      })
      // It deploys now whatever becomes of this.
      if (followsPushes && mayFollow(deployment))
        await client.pushes.set({ id: made.id, isOn: true }).catch(toastFailure)
      return made
    },
    onSuccess: async ({ id, buildId }) => {
      await navigate({ to: '/deployments/$id/builds/$buildId', params: { id, buildId } })
      await refresh()
    },
  })
  const failure = create.error === null ? null : toShownFailure(create.error)
  const isNameTaken = failure?.code === 'name_taken'

  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        if (isRight && !create.isPending) create.mutate()
      }}
    >
      <TextInput
        className={classes.name}
        aria-label="Name"
        value={name}
        error={isNameTaken ? `${failure.message} ${failure.hint}` : isNameRight ? null : nameRule}
        autoFocus
        spellCheck={false}
        autoComplete="off"
        onFocus={event => event.currentTarget.select()}
        onChange={event => {
          setName(event.currentTarget.value)
          create.reset()
        }}
      />
      <p className={classes.help}>
        It runs {isLocal ? 'on this computer' : `in ${cluster.name}`}.{' '}
        {isWorker ? (
          'It is a worker, so it has no address.'
        ) : (
          <>
            Its address will be{' '}
            <Address
              clusterId={isLocal ? null : cluster.id}
              name={isNameRight ? name : 'name'}
              gatewayPort={session.data?.gatewayPort ?? 7780}
            />
          </>
        )}
      </p>
      {areSeveral && (
        <Select
          mt={16}
          className={classes.name}
          label="Owner"
          value={ownerId ?? null}
          data={users.map(({ id, name: word }) => ({ value: id, label: word }))}
          allowDeselect={false}
          onChange={setOwner}
        />
      )}
      {!isLocal && (
        <div className={classes.scale}>
          <SizeField value={size} choose={setSize} />
          <InstancesField value={instances} set={setInstances} />
        </div>
      )}
      {isLocal && (
        <Switch
          mt={16}
          label="Keep it running when Slipway quits"
          checked={keepsRunning}
          onChange={event => setKeepsRunning(event.currentTarget.checked)}
        />
      )}
      {mayFollow(deployment) && (
        <Switch
          mt={16}
          label={`Deploy what is pushed to ${toRefText(deployment.branch)}`}
          description={`Within a minute while Slipway is open, else when it is opened again.${suggestedOwner === null ? '' : ' Pull requests can have previews: that is in its settings afterwards.'}`}
          checked={followsPushes}
          onChange={event => setFollowsPushes(event.currentTarget.checked)}
        />
      )}
      {needsConsent && <ConsentNotice />}
      {failure !== null && !isNameTaken && (
        <div className={classes.failure}>
          <FailurePanel failure={failure} />
        </div>
      )}
      <div className={classes.buttons}>
        <Button type="submit" loading={create.isPending} disabled={!isRight}>
          {needsConsent ? 'I understand, deploy' : 'Deploy'}
        </Button>
      </div>
    </form>
  )
}

/** In a cluster without a base domain the app is reached through Slipway alone. */
function Address({
  clusterId,
  name,
  gatewayPort,
}: {
  clusterId: string | null
  name: string
  gatewayPort: number
}) {
  const settings = useQuery(
    api.clusters.settings.queryOptions({ input: clusterId === null ? skipToken : { id: clusterId } }),
  ).data
  const host = settings === undefined ? undefined : toHost(name, settings)
  if (host !== undefined) {
    return (
      <span className="mono">
        {settings?.issuer ? 'https' : 'http'}://{host}
      </span>
    )
  }
  return (
    <>
      <span className="mono">
        http://{name}.localhost:{gatewayPort}
      </span>
      {clusterId !== null && (
        <>
          , while Slipway is open. An address of its own needs a base domain:{' '}
          <Link to="/clusters/$id" params={{ id: clusterId }} className="text-link">
            set one for the cluster
          </Link>
          .
        </>
      )}
    </>
  )
}
