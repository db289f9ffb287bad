import { createServer } from 'node:http'

const port = 3000
createServer((_request, response) => response.end('fixed port\n')).listen(port)
