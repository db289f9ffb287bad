import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { findJobProcesses } from './job-processes.ts'
import { findReachableHost, heldBy, type Listener, listListeners } from './ports.ts'
import type { ProcessIdentity } from './processes.ts'

/** Where an instance takes connections. `host` is where to connect to, `address` what it bound. */
export interface Listening {
  readonly port: number
  readonly host: string
  readonly address: string
}

/** The kernel tells nobody that a socket begins to listen: looking is the only way. Its list is cheap to read on Linux. */
const lookMs = process.platform === 'linux' ? 25 : 400
/** A socket may be handed to the job by somebody else, so now and then everything is looked at again. */
const rescanMs = 1000
/** An app may open its real port after another one, such as a debugger's. */
const stableMs = { expected: 250, other: 1000 }

/**
 * The place where the job accepts connections: the offered port, else the expected one, else the lowest that stays.
 * Undefined when the limit passes. Rejects when the signal aborts.
 */
export async function waitUntilListening(job: {
  marker: string
  leader: () => ProcessIdentity | null
  offeredPort: number
  expectedPort: number | null
  limitMs: number
  signal: AbortSignal
}): Promise<Listening | undefined> {
  const begun = performance.now()
  let everyone = ''
  let scannedAt = Number.NEGATIVE_INFINITY
  let ours: readonly Listener[] = []
  let stableSince = begun

  for (;;) {
    const now = performance.now()
    const listeners = listListeners()
    const key = toKey(listeners)
    if (key !== everyone || now - scannedAt > rescanMs) {
      everyone = key
      scannedAt = now
      const processes = findJobProcesses({ marker: job.marker, leader: job.leader() })
      const held = heldBy(
        listeners,
        processes.map(info => info.pid),
      )
      if (toKey(held) !== toKey(ours)) stableSince = now
      ours = held
    }
    for (const listener of inOrder(ours, job, now - stableSince)) {
      const host = await findReachableHost(listener)
      if (host !== undefined) return { port: listener.port, host, address: listener.address }
    }
    if (now - begun > job.limitMs) return undefined
    await delay(lookMs, undefined, { signal: job.signal })
  }
}

/** What speaks no HTTP and waits for more is taken for the app after this. */
const provenMs = 1000

/**
 * The place of a container's published port, once something behind it answers or keeps a connection: an engine's own proxy
 * takes connections before the app does, and ends them soon.
 */
export async function waitUntilPublished(container: {
  port: number
  limitMs: number
  signal: AbortSignal
}): Promise<Listening | undefined> {
  const begun = performance.now()
  const place = { host: '127.0.0.1', port: container.port }
  while (performance.now() - begun <= container.limitMs) {
    container.signal.throwIfAborted()
    if (await keepsConnection(place)) return { ...place, address: place.host }
    await delay(lookMs, undefined, { signal: container.signal })
  }
  return undefined
}

function keepsConnection(place: { host: string; port: number }): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(place)
    const end = (isKept: boolean) => {
      socket.destroy()
      resolve(isKept)
    }
    socket.setTimeout(provenMs, () => end(!socket.connecting))
    socket.once('connect', () => socket.write('HEAD / HTTP/1.0\r\n\r\n'))
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('end', () => end(false))
    socket.once('close', () => end(false))
  })
}

const toKey = (listeners: readonly Listener[]) =>
  listeners.map(listener => `${listener.socket}:${listener.port}`).join()

/** Those that may be taken by now, the best first. */
function inOrder(
  listeners: readonly Listener[],
  wanted: { offeredPort: number; expectedPort: number | null },
  stableForMs: number,
): Listener[] {
  const patience = (port: number) => {
    if (port === wanted.offeredPort) return 0
    return port === wanted.expectedPort ? stableMs.expected : stableMs.other
  }
  return listeners
    .filter(listener => stableForMs >= patience(listener.port))
    .sort((a, b) => patience(a.port) - patience(b.port) || a.port - b.port)
}
