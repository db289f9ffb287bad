import { createHash } from 'node:crypto'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket, WebSocketServer } from 'ws'
import type { Contract } from '../../shared/contract/contract.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { TransportLog } from './unexpected.ts'
import {
  type ContractRouter,
  createWebSocketTransport,
  maxRequestBytes,
  type RequestContext,
  rpcPath,
} from './websocket.ts'

/** The kernel's limit for the path of a socket is 104 bytes on macOS and 108 on Linux. */
const maxPathBytes = 100

/** Names who asks over this connection. */
const userParameter = 'user'

/** Where the Slipway of a data folder listens for this user's other processes. */
export function toControlPath(dataFolder: string): string {
  const name = createHash('sha256').update(dataFolder).digest('hex').slice(0, 32)
  if (process.platform === 'win32') return `\\\\.\\pipe\\slipway-${name}`
  const path = join(dataFolder, 'slipway.sock')
  if (Buffer.byteLength(path) <= maxPathBytes) return path
  return join(tmpdir(), `slipway-${userInfo().uid}`, `${name}.sock`)
}

/**
 * Serves the contract to the command line of the same user. Where the socket lies only that user can reach it. Fails with
 * `already_running` when another Slipway answers there; a socket left over from one that was killed is replaced.
 */
export async function createControlSocket(deps: {
  router: ContractRouter
  dataFolder: string
  log: TransportLog
}): Promise<{ dispose(): Promise<void> }> {
  const path = toControlPath(deps.dataFolder)
  const serve = createWebSocketTransport(deps)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxRequestBytes })
  const server = createServer((_request, response) => response.writeHead(426).end())
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === rpcPath && request.headers.origin === undefined) {
      const actsAs = searchParams.get(userParameter) ?? undefined
      sockets.handleUpgrade(request, socket, head, opened => serve(opened, { actsAs }))
    } else socket.end('HTTP/1.1 403 Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })

  const isFile = process.platform !== 'win32'
  if (await isAnswering(path)) throw alreadyRunning(deps.dataFolder)
  if (isFile) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    if (dirname(path) !== deps.dataFolder) await chmod(dirname(path), 0o700)
    await rm(path, { force: true })
  }
  await listen(server, path)
  if (isFile) await chmod(path, 0o600)

  return {
    async dispose() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export interface ControlConnection {
  readonly client: ContractRouterClient<Contract>
  /** Settles when the other side is gone or `close` was called. */
  readonly closed: Promise<void>
  close(): void
}

/** A Slipway that takes the connection and says nothing for so long is hung. */
const answerMs = 5_000
/** One that has just taken the data folder listens after so long, or it is none. */
const startMs = 20_000

/**
 * A client of the Slipway that runs on this data folder; undefined when none does. `actsAs`: asks as that user. Fails when
 * there is one that does not answer.
 */
export async function connectControl(
  dataFolder: string,
  { actsAs }: RequestContext = {},
): Promise<ControlConnection | undefined> {
  const path = toControlPath(dataFolder)
  const url = new URL(rpcPath, 'ws://localhost')
  if (actsAs !== undefined) url.searchParams.set(userParameter, actsAs)
  const socket = new WebSocket(url, { createConnection: () => connect(path) })
  let isHung = false
  const patience = setTimeout(() => {
    isHung = true
    socket.terminate()
  }, answerMs)
  const isOpen = await new Promise<boolean>(resolve => {
    socket.once('open', () => resolve(true))
    socket.once('error', () => resolve(false))
  })
  clearTimeout(patience)
  if (isHung) throw notAnswering(dataFolder)
  if (!isOpen) return undefined
  socket.on('error', () => socket.terminate())
  return {
    client: createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })),
    closed: new Promise(resolve => socket.once('close', () => resolve())),
    close: () => socket.close(),
  }
}

/**
 * For a start that found the data folder just taken: what `use` makes of the Slipway that has it, as soon as that one
 * listens. `use` answers undefined while it is to be asked again. Undefined when it took too long.
 */
export async function whenListening<T>(
  connectOnce: () => Promise<ControlConnection | undefined>,
  use: (running: ControlConnection) => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = performance.now() + startMs
  while (performance.now() < deadline) {
    const running = await connectOnce()
    const made = running && (await use(running))
    if (made !== undefined) return made
    running?.close()
    await delay(100)
  }
  return undefined
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

export function notAnswering(dataFolder: string): SlipwayError {
  return new SlipwayError({
    code: 'already_running',
    message: `A Slipway runs on ${dataFolder}, and does not answer.`,
    hint: 'Wait a moment, then try again. If it stays so, end its process and start Slipway again.',
  })
}

export function alreadyRunning(dataFolder: string): SlipwayError {
  return new SlipwayError({
    code: 'already_running',
    message: `Slipway is already running on ${dataFolder}.`,
    hint: 'Use the one that runs, or quit it first. SLIPWAY_DATA chooses another folder.',
  })
}
