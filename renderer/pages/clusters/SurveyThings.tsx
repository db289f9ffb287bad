import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formatBytes } from '../../../shared/domain/bytes.ts'
import { toCpuText } from '../../../shared/domain/metrics.ts'
import {
  missingOf,
  type SurveyedDeployment,
  type SurveyedThings,
  toThingsText,
} from '../../../shared/domain/survey.ts'
import { everyDeployment } from '../../connection/api.ts'
import { LinkButton } from '../../ui/LinkButton.tsx'
import classes from './Clusters.module.css'
import survey from './Survey.module.css'

const atFirst = 10

/** Every deployment with what it takes. */
export function SurveyThings({ things, isHere }: { things: SurveyedThings; isHere: boolean }) {
  const [showsAll, setShowsAll] = useState(false)
  const known = useQuery(everyDeployment)
  const ids = new Set(known.data?.map(one => one.id))
  const missing = missingOf(things.use)
  const shown = showsAll ? things.deployments : things.deployments.slice(0, atFirst)
  const hidden = things.deployments.length - shown.length
  return (
    <>
      <p className={classes.note}>{toThingsText(things)}</p>
      {things.scope === 'own' && (
        <p className={classes.note}>This is yours alone: what other users have there is not shown to you.</p>
      )}
      {missing !== undefined && things.count > 0 && (
        <p className={classes.note}>
          {missing.message} {missing.hint}
        </p>
      )}
      {things.count === 0 ? (
        <LinkButton to="/new" variant="default">
          Deploy something
        </LinkButton>
      ) : (
        <table className={survey.things}>
          <thead>
            <tr>
              <th scope="col">Deployment</th>
              <th scope="col">Ready</th>
              <th scope="col">CPU</th>
              {!isHere && <th scope="col">Asked for</th>}
              <th scope="col">Memory</th>
              {!isHere && <th scope="col">Asked for</th>}
              {!isHere && <th scope="col">At most</th>}
            </tr>
          </thead>
          <tbody>
            {shown.map(one => (
              <Row
                key={one.id}
                deployment={one}
                isKnown={known.data === undefined || ids.has(one.id)}
                isHere={isHere}
              />
            ))}
          </tbody>
        </table>
      )}
      {hidden > 0 && (
        <Button variant="default" className={survey.more} onClick={() => setShowsAll(true)}>
          Show {hidden} more
        </Button>
      )}
      {things.count > things.deployments.length && (
        <p className={classes.note}>And {things.count - things.deployments.length} more.</p>
      )}
    </>
  )
}

function Row({
  deployment: { id, name, instances, ready, use, requests, limits },
  isKnown,
  isHere,
}: {
  deployment: SurveyedDeployment
  isKnown: boolean
  isHere: boolean
}) {
  return (
    <tr>
      <th scope="row" className="truncate" title={name}>
        {isKnown ? (
          <Link to="/deployments/$id" params={{ id }} className="text-link">
            {name}
          </Link>
        ) : (
          <>
            {name} <span className="second">not on record here</span>
          </>
        )}
      </th>
      <td data-lacks={ready < instances || undefined}>
        {instances === 0 ? 'Stopped' : `${ready} of ${instances}`}
      </td>
      <td>{use === null ? '–' : toCpuText(use.cpu)}</td>
      {!isHere && <td className="second">{requests === null ? '–' : toCpuText(requests.cpu)}</td>}
      <td>{use === null ? '–' : formatBytes(use.memory)}</td>
      {!isHere && <td className="second">{requests === null ? '–' : formatBytes(requests.memory)}</td>}
      {!isHere && <td className="second">{limits === null ? '–' : formatBytes(limits.memory)}</td>}
    </tr>
  )
}
