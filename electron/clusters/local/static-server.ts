/**
 * Serves a folder of static files: `node static-server.ts <folder> <boundary> [fallback]`, on 127.0.0.1 and the port in
 * `PORT`. Nothing outside of the boundary, the repository, is served. The fallback is the file that answers for pages that
 * are no file.
 */
import { createServer } from 'node:http'
import { createStaticFiles, isInside } from './static-files.ts'

const [folder = '.', boundary = folder, fallback] = process.argv.slice(2)
if (!(await isInside(boundary, folder))) {
  console.error(`${folder} leads out of the repository, so it is not served.`)
  process.exit(1)
}

const answer = createStaticFiles({ folder, boundary, fallback })
const server = createServer((request, response) => {
  // Who went away while a file was sent, or a file that was cut meanwhile: this answer ends, the others do not.
  answer(request, response).catch(() => response.destroy())
})
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`Serving ${folder} on port ${process.env.PORT}`)
})
process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
