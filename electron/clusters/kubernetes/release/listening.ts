import type { V1Pod } from '@kubernetes/client-node'
import type { KubernetesApi } from '../api.ts'
import { execute } from '../execute.ts'
import { openForward } from '../port-forward.ts'
import { containerName } from './manifests.ts'

/** A port on which a program of the pod listens. `isLoopback`: for programs in the pod alone. */
export interface ListeningPort {
  readonly port: number
  readonly isLoopback: boolean
}

/** Where an app without `cat` in its image may be instead. */
const usualPorts = [3000, 8080, 8000, 80, 5000, 4000, 8888]

/** On which ports the app listens. `expected`: where it should; a port-forward finds what is on 127.0.0.1 only. */
export async function findListening(
  api: KubernetesApi,
  pod: V1Pod,
  expected: number,
): Promise<ListeningPort[]> {
  const { namespace = '', name = '' } = pod.metadata ?? {}
  try {
    const tables = await execute(api.config, {
      namespace,
      pod: name,
      container: containerName,
      command: ['cat', '/proc/net/tcp', '/proc/net/tcp6'],
    })
    if (tables.includes('local_address')) return parseTables(tables)
  } catch {
    // There is no cat in the image.
  }
  const tries = [...new Set([expected, ...usualPorts])].map(async port => {
    const isThere = await answers(api, { namespace, pod: name, port })
    return isThere ? [{ port, isLoopback: port === expected }] : []
  })
  return (await Promise.all(tries)).flat()
}

/** Whether the port takes a connection from within the pod and keeps it for a moment. */
async function answers(
  api: KubernetesApi,
  target: { namespace: string; pod: string; port: number },
): Promise<boolean> {
  const connection = await openForward(api.config, target).catch(() => undefined)
  if (connection === undefined) return false
  return new Promise(resolve => {
    const settle = (isThere: boolean) => {
      clearTimeout(timer)
      connection.destroy()
      resolve(isThere)
    }
    const timer = setTimeout(() => settle(true), 1500)
    connection.once('error', () => settle(false))
    connection.once('end', () => settle(true))
    connection.resume()
  })
}

const listenState = '0A'

/** `/proc/net/tcp` and `tcp6`, one below the other: each port once, open ones count. */
export function parseTables(text: string): ListeningPort[] {
  const isLoopbackOf = new Map<number, boolean>()
  for (const line of text.split('\n')) {
    const [, local = '', , state] = line.trim().split(/\s+/)
    const [address = '', portHex = ''] = local.split(':')
    if (state !== listenState || !/^[0-9A-F]{4}$/.test(portHex)) continue
    const port = Number.parseInt(portHex, 16)
    isLoopbackOf.set(port, (isLoopbackOf.get(port) ?? true) && isLoopback(address))
  }
  return [...isLoopbackOf].map(([port, isLoopback]) => ({ port, isLoopback })).sort((a, b) => a.port - b.port)
}

/** Each group of four bytes is written in the order of the processor, so 127.0.0.1 is `0100007F`. */
const isLoopback = (address: string): boolean =>
  address.length === 8
    ? address.endsWith('7F')
    : address === '00000000000000000000000001000000' || /^0{16}FFFF0000[0-9A-F]{6}7F$/.test(address)
