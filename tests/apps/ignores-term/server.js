import { spawn } from 'node:child_process'
import { createServer } from 'node:http'

// A child in a session of its own and one in the app's group, neither of which minds TERM.
const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1 << 30)"
spawn(process.execPath, ['-e', stubborn], { detached: true, stdio: 'ignore' }).unref()
spawn(process.execPath, ['-e', stubborn], { stdio: 'ignore' })

process.on('SIGTERM', () => console.log('TERM ignored'))
createServer((_request, response) => response.end('ignores TERM\n')).listen(Number(process.env.PORT))
