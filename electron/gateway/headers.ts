import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

/** `blog` for `blog.localhost:7780`; undefined for any other host. */
export function toAppName(host: string | undefined): string | undefined {
  return /^([a-z0-9-]{1,63})\.localhost\.?(?::\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase()
}

/** Headers that are about one connection, not about the message (RFC 9110, 7.6.1). */
const connectionHeaders = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade']

/**
 * Makes the request fit for the app: says who asked, and leaves out what concerned the connection to the gateway.
 * What the client says about forwarding is not believed, since the gateway is the first to be asked.
 */
export function prepareRequest(request: IncomingMessage, { isUpgrade }: { isUpgrade: boolean }): void {
  const { headers } = request
  if (!isUpgrade) {
    dropConnectionHeaders(headers)
    // Told to close, many servers do so as soon as they have answered, and an answer to a half-read upload is lost.
    headers.connection = 'keep-alive'
  }
  // The gateway's server has answered `100 Continue` itself.
  delete headers.expect
  delete headers.forwarded
  headers['x-forwarded-for'] = request.socket.remoteAddress ?? ''
  headers['x-forwarded-host'] = headers.host ?? ''
  headers['x-forwarded-port'] = String(request.socket.localPort ?? '')
  headers['x-forwarded-proto'] = 'http'
  request.url = toPath(request.url ?? '/')
}

/** Makes the app's answer fit for the client. False: it is no valid answer. */
export function prepareResponse(answer: IncomingMessage, response: ServerResponse): boolean {
  const { statusCode = 0, statusMessage = '' } = answer
  if (statusCode < 200 || statusCode > 999) return false
  // Node throws when it is to write such a thing.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(statusMessage)) answer.statusMessage = ''
  dropConnectionHeaders(answer.headers)
  const connection = response.shouldKeepAlive ? 'keep-alive' : 'close'
  answer.headers.connection = connection
  // For HTTP/1.0 the library answers with what the request says.
  response.req.headers.connection = connection
  return true
}

function dropConnectionHeaders(headers: IncomingHttpHeaders): void {
  const named = (headers.connection ?? '').split(',').map(name => name.trim().toLowerCase())
  for (const name of [...connectionHeaders, ...named]) {
    if (name !== 'transfer-encoding' && name !== 'content-length' && name !== 'host') delete headers[name]
  }
}

export const isWebSocket = (request: IncomingMessage): boolean =>
  request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket'

/** The path of a request line that may hold a whole address, as proxies are sent it. */
function toPath(url: string): string {
  if (url.startsWith('/') || !URL.canParse(url)) return url
  const { pathname, search } = new URL(url)
  return pathname + search
}
