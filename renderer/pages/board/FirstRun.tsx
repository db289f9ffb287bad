import { Link } from '@tanstack/react-router'
import { SlipwayMark } from '../../frame/SlipwayMark.tsx'
import { LinkButton } from '../../ui/LinkButton.tsx'
import classes from './FirstRun.module.css'

export function FirstRun() {
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
    </div>
  )
}
