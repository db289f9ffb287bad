import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { SlipwayError, toFailure } from '../../../shared/domain/failure.ts'
import { signInByCode } from './device-flow.ts'
import { createOAuth, type OAuth } from './oauth.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A GitHub whose every answer is this one. */
async function serve(answer: { status?: number; headers?: Record<string, string>; body?: object }) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
    response.end(JSON.stringify(answer.body ?? {}))
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { asked, baseUrl, oauth: createOAuth({ baseUrl, version: 'test', now: () => 0 }) }
}
const code = {
  device_code: 'd',
  user_code: 'WDJB',
  verification_uri: 'https://github.test/login/device',
  expires_in: 900,
}
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    error => toFailure(error),
  )

test.each(['file:///etc/passwd', 'http://elsewhere.test/', 'javascript:alert(1)', 'no address'])(
  'the page %s is not opened',
  async verification_uri => {
    const { oauth } = await serve({ body: { ...code, verification_uri } })
    expect(await failureOf(oauth.begin('client', 'repo'))).toMatchObject({ code: 'source_unreachable' })
  },
)

test('a code is good for an hour at most', async () => {
  const { oauth } = await serve({ body: { ...code, expires_in: 1e12 } })
  expect(await oauth.begin('client', 'repo')).toMatchObject({ expiresAt: 3_600_000 })
})

test('a redirect is not followed with what is secret', async () => {
  const other = await serve({ body: code })
  const { oauth } = await serve({ status: 307, headers: { location: `${other.baseUrl}/login/device/code` } })
  expect(await failureOf(oauth.begin('client', 'repo'))).toBeDefined()
  expect(other.asked).toEqual([])
})

test('it asks within a minute and not without a pause, and not before the time it is told to wait for', async () => {
  let now = 0
  const waits: number[] = []
  const until = 400_000
  const limited = new SlipwayError({ code: 'rate_limited', message: 'Wait.', hint: 'Wait.', until })
  const answers = [
    { error: 'slow_down', interval: 1e9 },
    limited,
    { error: 'slow_down', interval: -5 },
    { token: 'ghp_token' },
  ]
  const oauth = {
    begin: async () => ({
      deviceCode: 'd',
      code: 'W',
      url: 'https://a.test',
      expiresAt: 900_000,
      intervalMs: 0,
    }),
    ask: async () => {
      const answer = answers.shift()
      if (answer instanceof SlipwayError) throw answer
      return answer
    },
  } as unknown as OAuth
  const steps = signInByCode({
    ...{ oauth, baseUrl: 'https://github.com', clientId: 'client', now: () => now },
    signal: new AbortController().signal,
    wait: async ms => {
      waits.push(ms)
      now += ms
    },
  })
  await steps.next()
  expect(await steps.next()).toEqual({ done: true, value: { token: 'ghp_token' } })
  expect(waits).toEqual([1_000, 60_000, until - 61_000, 1_000])
})
