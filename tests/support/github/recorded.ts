import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

interface Recorded {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/**
 * Answers as GitHub gave them: of @octokit/fixtures 23.1.2, scenarios paginate-issues, errors, rename-repository and get-repository,
 * without what nobody reads. Their addresses lead here.
 */
export async function startRecordedGitHub() {
  const text = readFileSync(join(import.meta.dirname, 'recorded.json'), 'utf8')
  let recorded: Recorded[] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/api\/v3/, '')
    const found = recorded.find(one => one.method === request.method && samePath(one.path, path))
    if (found === undefined) return void response.writeHead(404).end('{}')
    response.writeHead(found.status, found.headers).end(JSON.stringify(found.body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  recorded = JSON.parse(text.replaceAll('https://api.github.com', `${address}/api/v3`)) as Recorded[]
  return {
    address,
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Whatever the order of the query; a page of a list is found by its name and by the id of its repository. */
function samePath(recorded: string, asked: string): boolean {
  const toKey = (path: string) => {
    const url = new URL(path, 'http://recorded')
    url.searchParams.sort()
    return `${url.pathname.replace('/repos/octokit-fixture-org/paginate-issues/', '/repositories/1000/')}?${url.searchParams}`
  }
  return toKey(recorded) === toKey(asked)
}
