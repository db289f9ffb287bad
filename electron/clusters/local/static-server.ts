/**
 * Serves a folder of static files: `node static-server.ts <folder> [fallback]`, on 127.0.0.1 and the port in `PORT`. The
 * fallback is the file that answers for pages that are no file.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import sirv from 'sirv'

const folder = process.argv[2] ?? '.'
const fallback = process.argv[3]
const notFoundPage = read('404.html')

const serve = sirv(folder, {
  etag: true,
  single: fallback ?? false,
  extensions: ['html'],
})

const server = createServer((request, response) => {
  serve(request, response, () => {
    response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' })
    response.end(request.method === 'HEAD' ? undefined : (notFoundPage ?? 'Not found'))
  })
})
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`Serving ${folder} on port ${process.env.PORT}`)
})
process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})

function read(name: string): Buffer | undefined {
  try {
    return readFileSync(join(folder, name))
  } catch {
    return undefined
  }
}
