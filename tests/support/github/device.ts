import { randomBytes } from 'node:crypto'

/** What the sign-in pages answer: always 200, as GitHub does. */
type Answer = Readonly<Record<string, string | number>>

interface Begun {
  readonly userCode: string
  readonly clientId: string
  state: 'pending' | 'denied' | 'expired' | { readonly token: string; readonly scopes: string }
  /** How often `slow_down` is answered before the truth. */
  slowDowns: number
}

/** The sign-in by a code. Apps whose id begins with `Iv` are GitHub Apps: their tokens end and are renewed. */
export function createDeviceFlow(issueToken: (login: string, scopes: readonly string[] | null) => string) {
  const begun = new Map<string, Begun>()
  const refreshTokens = new Map<string, { login: string; clientId: string }>()
  const known = new Set(['test-client', 'Iv1.test'])
  const newText = () => randomBytes(20).toString('hex')

  const grant = (login: string, clientId: string, token: string): Answer => {
    if (!clientId.startsWith('Iv'))
      return { access_token: token, token_type: 'bearer', scope: 'repo,read:org' }
    const refresh = `ghr_${newText()}`
    refreshTokens.set(refresh, { login, clientId })
    return {
      access_token: token,
      token_type: 'bearer',
      scope: '',
      expires_in: 28_800,
      refresh_token: refresh,
      refresh_token_expires_in: 15_897_600,
    }
  }
  const logins = new Map<string, string>()

  return {
    /** Seconds between two questions. */
    interval: 0,

    begin(this: { interval: number }, body: URLSearchParams | Record<string, string>): Answer {
      const clientId = readOf(body)('client_id')
      if (!known.has(clientId))
        return { error: 'incorrect_client_credentials', error_description: 'no such app' }
      const deviceCode = newText()
      const userCode = `WDJB-${randomBytes(2).toString('hex').toUpperCase()}`
      begun.set(deviceCode, { userCode, clientId, state: 'pending', slowDowns: 0 })
      return {
        device_code: deviceCode,
        user_code: userCode,
        verification_uri: 'https://github.test/login/device',
        expires_in: 900,
        interval: this.interval,
      }
    },

    exchange(body: URLSearchParams | Record<string, string>): Answer {
      const read = readOf(body)
      if (read('grant_type') === 'refresh_token') {
        const found = refreshTokens.get(read('refresh_token'))
        refreshTokens.delete(read('refresh_token'))
        if (found === undefined) return { error: 'bad_refresh_token', error_description: 'used or unknown' }
        return grant(found.login, found.clientId, issueToken(found.login, null))
      }
      const one = begun.get(read('device_code'))
      if (one === undefined) return { error: 'incorrect_device_code', error_description: 'unknown' }
      if (one.slowDowns-- > 0) return { error: 'slow_down', error_description: 'too fast', interval: 10 }
      if (one.state === 'pending')
        return { error: 'authorization_pending', error_description: 'not typed yet' }
      if (one.state === 'expired') return { error: 'expired_token', error_description: 'too late' }
      if (one.state === 'denied') return { error: 'access_denied', error_description: 'the person refused' }
      begun.delete(read('device_code'))
      return grant(logins.get(one.state.token) ?? '', one.clientId, one.state.token)
    },

    /** The person types the code, and allows it. Returns the token that this gives. */
    approve(userCode: string, login: string): string {
      const one = find(userCode)
      const token = issueToken(login, one.clientId.startsWith('Iv') ? null : ['repo', 'read:org'])
      logins.set(token, login)
      one.state = { token, scopes: 'repo,read:org' }
      return token
    },
    deny(userCode: string): void {
      find(userCode).state = 'denied'
    },
    expire(userCode: string): void {
      find(userCode).state = 'expired'
    },
    slowDown(userCode: string, times = 1): void {
      find(userCode).slowDowns = times
    },
  }

  function find(userCode: string): Begun {
    const found = [...begun.values()].find(one => one.userCode === userCode)
    if (found === undefined) throw new Error(`nobody asked for the code ${userCode}`)
    return found
  }
}

const readOf =
  (body: URLSearchParams | Record<string, string>) =>
  (name: string): string =>
    (body instanceof URLSearchParams ? body.get(name) : body[name]) ?? ''
