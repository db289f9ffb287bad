import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { markerVariable } from './job-processes.ts'
import { listProcesses, programName, readVariable } from './processes.ts'

/** A listening TCP socket. `address` is `0.0.0.0` or `::` for every interface. */
export interface Listener {
  readonly port: number
  readonly address: string
  /** Linux: names the socket; elsewhere the pid that holds it. */
  readonly socket: string
}

const isLinux = process.platform === 'linux'

/** Every listening socket. Cheap on Linux: reads two files. */
export function listListeners(): Listener[] {
  if (!isLinux) return lsofListeners()
  return ['/proc/self/net/tcp', '/proc/self/net/tcp6'].flatMap(path => {
    let text = ''
    try {
      text = readFileSync(path, 'latin1')
    } catch {
      // No IPv6 on this computer.
    }
    return text
      .split('\n')
      .slice(1)
      .flatMap(line => {
        const fields = line.trim().split(/\s+/)
        const [host, port] = fields[1]?.split(':') ?? []
        if (fields[3] !== '0A' || host === undefined || port === undefined) return []
        return [
          {
            port: Number.parseInt(port, 16),
            address: toAddress(host),
            socket: fields[9] ?? '',
          } satisfies Listener,
        ]
      })
  })
}

/** Those of the listeners that one of the processes holds. */
export function heldBy(listeners: readonly Listener[], pids: readonly number[]): Listener[] {
  if (!isLinux) return listeners.filter(listener => pids.includes(Number(listener.socket)))
  const held = new Set(pids.flatMap(openSockets))
  return listeners.filter(listener => held.has(listener.socket))
}

/** Who listens on a port. `job` is the marker when it is one of ours. */
export interface PortHolder {
  readonly pid: number
  readonly program: string
  readonly job: string | undefined
}

/** Who listens on the port; undefined when nobody does, or somebody whose processes we may not see. */
export function findPortHolder(port: number): PortHolder | undefined {
  const listeners = listListeners().filter(listener => listener.port === port)
  if (listeners.length === 0) return undefined
  const holder = listProcesses().find(info => heldBy(listeners, [info.pid]).length > 0)
  if (holder === undefined) return undefined
  return {
    pid: holder.pid,
    program: programName(holder.pid),
    job: readVariable(holder.pid, markerVariable),
  }
}

/** A port that nobody listens on. Somebody may take it before it is used. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  return await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/** The host at which a listener accepts a connection from this computer; undefined when it does not. */
export async function findReachableHost(listener: Listener): Promise<string | undefined> {
  for (const host of hostsFor(listener.address)) {
    if (await accepts(host, listener.port)) return host
  }
  return undefined
}

function hostsFor(address: string): readonly string[] {
  if (address === '0.0.0.0') return ['127.0.0.1']
  if (address === '::') return ['127.0.0.1', '::1']
  return [address]
}

async function accepts(host: string, port: number): Promise<boolean> {
  return await new Promise(resolve => {
    const socket = connect({ host, port, timeout: 1000 })
    const end = (isAccepted: boolean) => {
      socket.destroy()
      resolve(isAccepted)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}

function openSockets(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

/** Addresses in /proc/net/tcp are 32-bit words in the computer's byte order (little endian wherever we run). */
function toAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap(word => (word.match(/../g) ?? []).toReversed())
  if (bytes.length === 4) return bytes.map(byte => Number.parseInt(byte, 16)).join('.')
  const groups = Array.from({ length: 8 }, (_, n) =>
    Number.parseInt(`${bytes[2 * n]}${bytes[2 * n + 1]}`, 16),
  )
  if (groups.every(group => group === 0)) return '::'
  if (groups.slice(0, 7).every(group => group === 0)) return `::${groups[7]?.toString(16)}`
  if (groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff) {
    return bytes
      .slice(12)
      .map(byte => Number.parseInt(byte, 16))
      .join('.')
  }
  return groups.map(group => group.toString(16)).join(':')
}

function lsofListeners(): Listener[] {
  const result = spawnSync('lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', '-Fpn'], { encoding: 'utf8' })
  let pid = ''
  return (result.stdout ?? '').split('\n').flatMap(line => {
    if (line.startsWith('p')) pid = line.slice(1)
    const match = /^n(.*):(\d+)$/.exec(line)
    if (match === null) return []
    const host = (match[1] ?? '').replace(/^\[|\]$/g, '')
    return [{ port: Number(match[2]), address: host === '*' ? '::' : host, socket: pid }]
  })
}
