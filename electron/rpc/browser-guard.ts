import type { IncomingMessage } from 'node:http'

/** Why a request is turned away: an HTTP status and a sentence. */
export interface Refusal {
  readonly status: 401 | 403 | 421
  readonly reason: string
}

export const cookieName = (port: number): string => `slipway-${port}`

/**
 * Host and Origin, before anything else is looked at. Only the addresses of this session are taken, letter by letter:
 * a name that was rebound to 127.0.0.1 fails the first check, a page of a deployed app (`*.localhost`) the second.
 */
export function checkOrigin(request: IncomingMessage, port: number): Refusal | undefined {
  const { host, origin } = request.headers
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    return { status: 421, reason: 'This address does not belong to Slipway.' }
  }
  const needsOrigin = request.headers.upgrade !== undefined || !['GET', 'HEAD'].includes(request.method ?? '')
  if (origin === undefined && !needsOrigin) return undefined
  if (origin === `http://${host}`) return undefined
  return { status: 403, reason: 'Another page may not talk to Slipway.' }
}

/** Value of this session's cookie, empty if there is none. */
export function readCookie(request: IncomingMessage, port: number): string {
  const prefix = `${cookieName(port)}=`
  const pairs = (request.headers.cookie ?? '').split(';').map(pair => pair.trim())
  return pairs.find(pair => pair.startsWith(prefix))?.slice(prefix.length) ?? ''
}

/** A page without scripts or outside resources that says what is wrong and what to do. */
export function toRefusalPage(refusal: Refusal): string {
  const next =
    refusal.status === 401
      ? `<p>Run <code>npm start</code>, or look at the terminal in which it runs: it prints a link that opens Slipway in this
browser. Each link works once.</p><p>Opened a moment ago? <a href="/">Try again</a>.</p>`
      : '<p>Open Slipway with the link that it printed in the terminal.</p>'
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Slipway</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>body{font:14px/1.5 system-ui,sans-serif;max-width:36rem;margin:20vh auto;padding:0 24px}h1{font-size:20px}</style>
<h1>${refusal.reason}</h1>${next}</html>`
}
