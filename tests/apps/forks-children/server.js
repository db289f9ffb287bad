import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

if (process.send === undefined) {
  const self = fileURLToPath(import.meta.url)
  fork(self)
  fork(self)
} else {
  const server = createServer((_request, response) => response.end(`child of ${process.ppid}\n`))
  // The second child finds the port taken and stays idle.
  server.on('error', () => setInterval(() => {}, 1 << 30))
  server.listen(Number(process.env.PORT))
}
