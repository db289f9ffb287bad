import { type Dispatcher, fetch } from 'undici'
import type { RegistryLogin } from './access.ts'

/** What a registry asks for in `www-authenticate`. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string; readonly scope: string }

/** Undefined: nothing that a registry asks for. */
export function readChallenge(header: string | null): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(header ?? '') ?? []
  if (/^basic$/i.test(scheme)) return { scheme: 'basic' }
  if (!/^bearer$/i.test(scheme)) return undefined
  const said = new Map(
    [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
  const realm = said.get('realm') ?? ''
  if (!URL.canParse(realm)) return undefined
  return { scheme: 'bearer', realm, service: said.get('service') ?? '', scope: said.get('scope') ?? '' }
}

export const toBasic = ({ user, password }: RegistryLogin): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** The header that answers the challenge. Undefined: there is nothing to answer it with, or the answer was refused. */
export async function answerChallenge(
  challenge: Challenge,
  from: {
    login: RegistryLogin | undefined
    /** Whether the registry itself is asked without TLS. */
    isPlainHttp: boolean
    dispatcher: Dispatcher | undefined
    signal: AbortSignal
  },
): Promise<string | undefined> {
  const { login, isPlainHttp, dispatcher, signal } = from
  if (challenge.scheme === 'basic') return login && toBasic(login)
  const url = new URL(challenge.realm)
  // A password is not for who can listen, whatever the registry asks for.
  if (login !== undefined && url.protocol !== 'https:' && !isPlainHttp) return undefined
  if (challenge.service !== '') url.searchParams.set('service', challenge.service)
  for (const scope of challenge.scope.split(' ')) if (scope !== '') url.searchParams.append('scope', scope)
  const response = await fetch(url, {
    headers: login === undefined ? {} : { authorization: toBasic(login) },
    signal,
    redirect: 'error',
    ...(dispatcher === undefined ? {} : { dispatcher }),
  })
  if (!response.ok) {
    await response.body?.cancel()
    return undefined
  }
  const said = (await response.json()) as { token?: string; access_token?: string }
  const token = said.token ?? said.access_token
  return token === undefined ? undefined : `Bearer ${token}`
}
