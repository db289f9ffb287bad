import { get } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Failure } from '../../shared/domain/failure.ts'

/** What came back when the health path was asked; null: nothing in time, or a connection that broke. */
export type HealthAnswer = number | null

/** As a kubelet counts. */
export const isHealthy = (answer: HealthAnswer): boolean => answer !== null && answer >= 200 && answer < 400

/** How long an answer may take. */
export const answerSeconds = 3

/** Asks once. `connection`: the way to the app, where it is not an address of this computer. Resolves whatever happens. */
export function askHealth(place: {
  host: string
  port: number
  path: string
  connection?: Duplex
  signal?: AbortSignal
}): Promise<HealthAnswer> {
  const { host, port, path, connection, signal } = place
  return new Promise(resolve => {
    const request = get({
      ...{ host, port, path },
      // Some servers answer nobody without a name.
      headers: {
        Host: `${host.includes(':') ? `[${host}]` : host}:${port}`,
        'User-Agent': 'Slipway',
        Connection: 'close',
      },
      // An agent would make a connection of its own.
      ...(connection === undefined ? { agent: false } : { createConnection: () => connection }),
      signal: AbortSignal.any([AbortSignal.timeout(answerSeconds * 1000), ...(signal ? [signal] : [])]),
    })
    const settle = (answer: HealthAnswer) => {
      request.destroy()
      resolve(answer)
    }
    request.once('response', response => settle(response.statusCode ?? null))
    request.on('error', () => settle(null))
  })
}

/** Why an app that listens is not taken for ready. */
export function toHealthFailure(facts: { path: string; port: number; answer: HealthAnswer }): Failure {
  const { path, port, answer } = facts
  const said = answer === null ? `gave no answer within ${answerSeconds} s` : `answered ${answer}`
  return {
    code: 'health_failed',
    message: `The app listens and never got ready: ${path} ${said} on port ${port}.`,
    hint: 'Any answer from 200 to 399 counts. Change the health path, or let the app answer there, then deploy again.',
    port,
  }
}
