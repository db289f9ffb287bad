import { type IncomingMessage, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { vi } from 'vitest'
import { baseDomain, ingress, kubectl } from './cluster.ts'

interface Answer {
  readonly status: number
  readonly body: string
}

/** What the ingress controller answers for a host, with patience until it knows it. */
export function getThroughIngress(name: string): Promise<Answer> {
  return vi.waitFor(
    async () => {
      const answer = await ask(`${name}.${baseDomain}`)
      if (answer.status === 404 || answer.status >= 502) throw new Error(`answered ${answer.status}`)
      return answer
    },
    { timeout: 20_000, interval: 100 },
  )
}

/** What the host answers over https, its certificate verified with nothing but this authority. */
export function getSecurely(host: string, ca: string): Promise<Answer> {
  const [address = '', port = ''] = ingress.https.split(':')
  return new Promise((resolve, reject) => {
    requestSecurely(
      { host: address, port, servername: host, headers: { host }, ca, agent: false },
      response => read(response).then(resolve, reject),
    )
      .on('error', reject)
      .end()
  })
}

/** The certificate of the authority behind an issuer of the test cluster. */
export async function readAuthority(issuer: 'test-ca' | 'pebble'): Promise<string> {
  if (issuer === 'pebble')
    return kubectl('get', '--raw', '/api/v1/namespaces/pebble/services/https:pebble:management/proxy/roots/0')
  const secret = ['-n', 'cert-manager', 'get', 'secret', 'test-ca', '-o', 'jsonpath={.data.tls\\.crt}']
  return Buffer.from(await kubectl(...secret), 'base64').toString()
}

function ask(host: string): Promise<Answer> {
  const [address = '', port = ''] = ingress.http.split(':')
  return new Promise((resolve, reject) => {
    request({ host: address, port, headers: { host }, agent: false }, response =>
      read(response).then(resolve, reject),
    )
      .on('error', reject)
      .end()
  })
}

async function read(response: IncomingMessage): Promise<Answer> {
  let body = ''
  for await (const text of response.setEncoding('utf8')) body += text
  return { status: response.statusCode ?? 0, body }
}
