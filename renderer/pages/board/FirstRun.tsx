import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../../connection/api.ts'
import { SlipwayMark } from '../../frame/SlipwayMark.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import classes from './FirstRun.module.css'

export function FirstRun() {
  const clusters = useQuery(api.clusters.list.queryOptions())
  const elsewhere = (clusters.data ?? []).filter(one => one.kind === 'kubernetes')
  return (
    <div className={classes.first}>
      <SlipwayMark size={40} />
      <h2 className={classes.sentence}>Choose a repository, press Deploy, get a URL.</h2>
      <div className={classes.buttons}>
        <LinkButton to="/new" search={{ sample: true }}>
          Deploy the sample app
        </LinkButton>
        <LinkButton to="/new" variant="default">
          Deploy a repository
        </LinkButton>
      </div>
      <p className={classes.where}>
        It runs on this computer, with nothing else to set up. To run it elsewhere,{' '}
        <Link to="/clusters/new" className="text-link">
          add a cluster
        </Link>
        .
      </p>
      {elsewhere.length > 0 && (
        <p className={classes.where}>
          Was it all there before? Read everything back from{' '}
          {elsewhere.map(({ id, name }, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <Link to="/clusters/$id" params={{ id }} className="text-link">
                {name}
              </Link>
            </span>
          ))}
          .
        </p>
      )}
    </div>
  )
}
