import { createServer } from 'node:http'

createServer((_request, response) => response.end(`${process.pid}\n`)).listen(Number(process.env.PORT))

let count = 0
setInterval(() => console.log(`count ${++count}`), 50)
