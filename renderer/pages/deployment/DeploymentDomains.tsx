import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Domain } from '../../../shared/domain/domain.ts'
import { openInBrowser, refresh } from '../../actions/deployment-actions.ts'
import { api, client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { EmptyNote } from '../../ui/EmptyNote.tsx'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Deployment.module.css'
import { useDeployment } from './deployment-context.ts'

export function DeploymentDomains() {
  const { id, cluster } = useDeployment()
  const listed = useQuery({
    ...api.domains.list.queryOptions({ input: { id } }),
    enabled: cluster.kind === 'kubernetes',
  })
  return (
    <div className={classes.scroll}>
      {cluster.kind === 'local' ? (
        <EmptyNote title="No domains on this computer">
          An app that is deployed here answers through the gateway. One that is deployed to a cluster can have
          domains of its own.
        </EmptyNote>
      ) : (
        <QueryView query={listed} loading={<SkeletonRows count={3} widths={[24, 28, 12]} />}>
          {({ domains }) => <Domains id={id} domains={domains} />}
        </QueryView>
      )}
    </div>
  )
}

function Domains({ id, domains }: { id: string; domains: readonly Domain[] }) {
  const [host, setHost] = useState('')
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: async (wish: { what: 'add' | 'remove'; host: string }) => {
      try {
        await client.domains[wish.what]({ id, host: wish.host })
      } finally {
        await Promise.all([refresh(), queries.invalidateQueries({ queryKey: api.domains.key() })])
      }
    },
    onSuccess: (_, { what }) => {
      if (what === 'add') setHost('')
    },
  })
  const add = (event: FormEvent) => {
    event.preventDefault()
    change.mutate({ what: 'add', host })
  }
  return (
    <div className={classes.domains}>
      <form className={classes.domainForm} onSubmit={add}>
        <TextInput
          label="Domain"
          placeholder="www.shop.example"
          value={host}
          onChange={event => setHost(event.currentTarget.value)}
          classNames={{ input: classes.domainInput ?? '' }}
        />
        <Button type="submit" variant="default" disabled={host.trim() === ''} loading={change.isPending}>
          Add domain
        </Button>
      </form>
      {change.error !== null && <FailurePanel failure={toShownFailure(change.error)} />}
      {domains.length === 0 ? (
        <p className={classes.domainNote}>
          No host leads to it yet. Set a base domain for the cluster, or add a domain of your own.
        </p>
      ) : (
        <>
          <div className={classes.domainHead} aria-hidden>
            <span>Host</span>
            <span>DNS record</span>
            <span>Certificate</span>
          </div>
          <ul className={classes.domainList} aria-label="Domains">
            {domains.map(one => (
              <DomainRow
                key={one.host}
                domain={one}
                remove={() => change.mutate({ what: 'remove', host: one.host })}
              />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function DomainRow({ domain, remove }: { domain: Domain; remove: () => void }) {
  const { host, isOwn, url, record, certificate } = domain
  return (
    <li className={classes.domain}>
      <button
        type="button"
        className={`truncate mono ${classes.domainHost}`}
        onClick={() => openInBrowser(url)}
      >
        {host}
      </button>
      <span className={`truncate mono ${classes.domainRecord}`}>
        {record === null ? 'The cluster names no address yet' : `${host} ${record.type} ${record.value}`}
      </span>
      <span className={classes.domainCertificate} data-state={certificate.state}>
        {certificateWords[certificate.state]}
      </span>
      {isOwn ? (
        <span />
      ) : (
        <Tooltip label="Remove">
          <ActionIcon size={28} aria-label={`Remove ${host}`} onClick={remove}>
            <IconTrash size={15} />
          </ActionIcon>
        </Tooltip>
      )}
      {certificate.state === 'waiting' && <p className={classes.domainDetail}>{certificate.detail}</p>}
    </li>
  )
}

const certificateWords = {
  none: 'No certificate',
  waiting: 'Certificate on its way',
  ready: 'Certificate ready',
} as const
