import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const port = Number(process.env.PORT) || 3000
const startedAt = new Date()
const page = await readFile(new URL('page.html', import.meta.url), 'utf8')
let requests = 0

const server = createServer((request, response) => {
  if (request.url === '/healthz') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n')
    return
  }
  if (request.url !== '/') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing here.\n')
    return
  }
  requests += 1
  console.log(`${request.method} ${request.url} (request ${requests})`)
  const html = page
    .replaceAll('{{requests}}', String(requests))
    .replaceAll('{{startedAt}}', startedAt.toISOString())
    .replaceAll('{{node}}', process.versions.node)
    .replaceAll('{{port}}', String(server.address().port))
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html)
})

server.listen(port, () => console.log(`Hello listens on port ${port}`))

process.on('SIGTERM', () => {
  console.log('Hello is asked to stop')
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
