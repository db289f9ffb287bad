import { useQuery } from '@tanstack/react-query'
import { loginSchema } from '../../shared/domain/github.ts'
import { api } from '../connection/api.ts'
import classes from './GitHub.module.css'

/**
 * Somebody's picture, seen by the account; two letters of the name until it is there, and for who is at no GitHub. `login`: null
 * where only a name is known.
 */
export function AccountMark({
  name,
  login,
  accountId,
}: {
  name: string
  login: string | null
  accountId: string
}) {
  const isLogin = loginSchema.safeParse(login).success
  const picture = useQuery(
    api.github.picture.queryOptions({
      input: { id: accountId, login: login ?? '' },
      enabled: isLogin,
      staleTime: 600_000,
      retry: false,
    }),
  ).data?.dataUrl
  if (picture) return <img className={classes.mark} src={picture} alt="" />
  return (
    <span className={classes.mark} aria-hidden>
      {name.slice(0, 2).toUpperCase()}
    </span>
  )
}
