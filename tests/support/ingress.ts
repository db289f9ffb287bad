import { request } from 'node:http'
import { vi } from 'vitest'
import { baseDomain, ingress } from './cluster.ts'

/** What the ingress controller answers for a host, with patience until it knows it. */
export function getThroughIngress(name: string): Promise<{ status: number; body: string }> {
  return vi.waitFor(
    async () => {
      const answer = await ask(`${name}.${baseDomain}`)
      if (answer.status === 404 || answer.status >= 502) throw new Error(`answered ${answer.status}`)
      return answer
    },
    { timeout: 20_000, interval: 100 },
  )
}

function ask(host: string): Promise<{ status: number; body: string }> {
  const [address = '', port = ''] = ingress.http.split(':')
  return new Promise((resolve, reject) => {
    const asked = request({ host: address, port, headers: { host }, agent: false }, response => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}
