import { createServer } from 'node:http'

createServer((_request, response) => response.end('honours PORT\n')).listen(Number(process.env.PORT))
console.log(`listening on ${process.env.PORT}`)
