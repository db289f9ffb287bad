import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type Connection, stops } from '../../../shared/domain/cluster.ts'
import type { Cluster } from '../../../shared/domain/records.ts'
import { CheckList } from '../../clusters/CheckList.tsx'
import { CheckMark } from '../../clusters/CheckMark.tsx'
import { ConnectionMark } from '../../clusters/ConnectionMark.tsx'
import { checksOf, type Preflight, toVerdict, usePreflight } from '../../clusters/use-preflight.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import { Step } from './Step.tsx'
import classes from './Wizard.module.css'

type Place = Cluster & { readonly connection: Connection }

/** This computer, or one of the clusters. A cluster is asked when it is chosen, not before. */
export function WhereStep({
  clusters,
  cluster,
  isImage,
  isOpen,
  choose,
  accept,
  change,
}: {
  clusters: readonly Place[]
  cluster: Place
  /** Needs nothing that only builds need. */
  isImage: boolean
  isOpen: boolean
  choose: (id: string) => void
  accept: () => void
  change: () => void
}) {
  if (!isOpen) return <Step title="Where" answer={cluster.name} change={change} />
  return (
    <Step title="Where should it run?">
      <form
        onSubmit={event => {
          event.preventDefault()
          accept()
        }}
      >
        <fieldset className={classes.places}>
          <legend className="visually-hidden">Where should it run?</legend>
          {clusters.map(({ id, kind, name, connection }) => (
            <label key={id} className={classes.place}>
              <input
                type="radio"
                name="cluster"
                checked={id === cluster.id}
                // biome-ignore lint/a11y/noAutofocus: Enter accepts, as in every step
                autoFocus={id === cluster.id}
                onChange={() => choose(id)}
              />
              <span className={`truncate ${classes.placeName}`}>{name}</span>
              {kind === 'kubernetes' && <ConnectionMark state={connection.state} />}
            </label>
          ))}
        </fieldset>
        {cluster.kind === 'local' ? (
          <Buttons canGoOn />
        ) : (
          <Asked key={cluster.id} id={cluster.id} isImage={isImage} />
        )}
      </form>
    </Step>
  )
}

function Asked({ id, isImage }: { id: string; isImage: boolean }) {
  const preflight = usePreflight(id)
  const isStopped = checksOf(preflight.events).some(check => stops(check, { isImage }))
  return (
    <>
      <Verdict id={id} preflight={preflight} />
      <Buttons
        canGoOn={!preflight.isRunning && preflight.failure === null && !isStopped}
        again={preflight.again}
      />
    </>
  )
}

/** Only what lacks stops a deploy; the warnings are on the page of the cluster. */
function Verdict({ id, preflight: { events, isRunning, failure } }: { id: string; preflight: Preflight }) {
  if (failure !== null) {
    return (
      <div className={classes.failure}>
        <FailurePanel failure={failure} />
      </div>
    )
  }
  const { word, result } = toVerdict(events)
  const count = events.filter(({ check }) => check?.result === 'warning').length
  return (
    <div className={classes.verdict}>
      <p className={classes.verdictWord} role="status">
        <CheckMark result={isRunning ? 'running' : result} />
        {isRunning ? 'Asking what it can do…' : `${word}.`}
        {!isRunning && result === 'warning' && (
          <Link to="/clusters/$id" params={{ id }} className="text-link">
            {count === 1 ? 'See it' : 'See them'}
          </Link>
        )}
      </p>
      <CheckList events={events.filter(({ check }) => check?.result === 'lack')} />
    </div>
  )
}

function Buttons({ canGoOn, again }: { canGoOn: boolean; again?: () => void }) {
  return (
    <div className={classes.buttons}>
      <Button type="submit" disabled={!canGoOn}>
        Continue
      </Button>
      {again !== undefined && (
        <Button variant="default" onClick={again}>
          Check again
        </Button>
      )}
      <LinkButton to="/clusters/new" variant="subtle" color="gray">
        Add a cluster
      </LinkButton>
    </div>
  )
}
