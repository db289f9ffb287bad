import classes from './GitHub.module.css'

/** Two letters of the name, in place of a picture that would have to be fetched from elsewhere. */
export function AccountMark({ login }: { login: string }) {
  return (
    <span className={classes.mark} aria-hidden>
      {login.slice(0, 2).toUpperCase()}
    </span>
  )
}
