import { createServer } from 'node:http'

createServer((_request, response) => response.end('floods\n')).listen(Number(process.env.PORT))

// A tight loop of long writes, as fast as the pipe takes them.
const text = `${'flood '.repeat(50)}\n`.repeat(200)
const flood = () => process.stdout.write(text, () => setImmediate(flood))
flood()
