import type { V1NetworkPolicy, V1NetworkPolicyEgressRule, V1Service } from '@kubernetes/client-node'
import type { ClusterSettings, Registry } from '../../../../shared/domain/cluster.ts'
import { privateIpv4, privateIpv6 } from '../closed-addresses.ts'
import { selectorOf, toPodPorts, toPods } from '../service-pods.ts'
import { isPlain, withoutScheme } from './builder.ts'

/** What a build has to reach though it is not on the internet. `addresses`: of the name, as this computer sees it. */
export interface Destination {
  readonly host: string
  readonly port: number
  readonly addresses: readonly string[]
  /** What a name inside of the cluster is; undefined: nothing, or it may not be read. */
  readonly service?: V1Service | undefined
}

/** Of a name such as `gitea.git.svc.cluster.local`. */
export function toServicePlace(host: string): { namespace: string; name: string } | undefined {
  const [, name, namespace] = /^([^.]+)\.([^.]+)\.svc(?:\.|$)/.exec(host) ?? []
  return name === undefined || namespace === undefined ? undefined : { namespace, name }
}

/** Host and port of the registry, its mirrors, the proxies of builds and the repository. */
export function listDestinations(build: {
  settings: Pick<ClusterSettings, 'mirrors' | 'buildEnvironment'>
  /** Null: there is none yet. */
  registry: Registry | null
  gitUrls: readonly string[]
}): { host: string; port: number }[] {
  const { settings, registry, gitUrls } = build
  const toUrl = (address: string): string =>
    `${registry !== null && isPlain(address, registry) ? 'http' : 'https'}://${withoutScheme(address)}`
  const registries = [
    ...(registry === null ? [] : [registry.address]),
    ...Object.values(settings.mirrors),
  ].map(toUrl)
  const proxies = Object.entries(settings.buildEnvironment).flatMap(([name, value]) =>
    /_proxy$/i.test(name) && !/^no_proxy$/i.test(name) ? [value] : [],
  )
  const found = [...registries, ...proxies, ...gitUrls].flatMap(toDestination)
  return [...new Map(found.map(one => [`${one.host}:${one.port}`, one])).values()]
}

function toDestination(address: string): { host: string; port: number }[] {
  const ssh = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)/.exec(address)?.[1]
  if (ssh !== undefined) return [{ host: ssh, port: 22 }]
  if (!URL.canParse(address)) return []
  const { protocol, hostname, port } = new URL(address)
  if (hostname === '') return []
  return [{ host: hostname, port: Number(port) || (usualPorts[protocol] ?? 443) }]
}

const usualPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'ssh:': 22, 'git:': 9418 }

/** What the policy of builds is made of. */
export interface BuildReach {
  /** Addresses of nodes and of the API server. */
  readonly closedAddresses: readonly string[]
  readonly podRanges: readonly string[]
  /** Rules that let DNS through. */
  readonly dns: readonly V1NetworkPolicyEgressRule[]
  readonly destinations: readonly Destination[]
}

/** In: nobody. Out: DNS, the internet and the destinations, each at its port; no node, no API server, no tenant. */
export function toBuildPolicy(
  place: { readonly namespace: string; readonly labels: Record<string, string> },
  facts: BuildReach,
): V1NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'build', ...place },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [
        ...facts.dns,
        toInternet(facts.closedAddresses),
        ...facts.destinations.flatMap(one => toRule(one, facts.podRanges)),
      ],
    },
  }
}

const isIpv6 = (address: string): boolean => address.includes(':')
const toRange = (address: string): string => `${address}/${isIpv6(address) ? 128 : 32}`

function toInternet(closed: readonly string[]): V1NetworkPolicyEgressRule {
  const ipv4 = closed.filter(address => !isIpv6(address) && !isPrivate(address)).map(toRange)
  const ipv6 = closed.filter(isIpv6).map(toRange)
  return {
    to: [
      { ipBlock: { cidr: '0.0.0.0/0', except: [...privateIpv4, ...ipv4] } },
      { ipBlock: { cidr: '::/0', except: [...privateIpv6, ...ipv6] } },
    ],
  }
}

/**
 * Order is the specification. A name of the internet needs no rule. A name that only the cluster knows, or that is this computer
 * here, is let through by its port alone: to private addresses, but not to those of pods.
 */
function toRule(
  { host, port, addresses, service }: Destination,
  podRanges: readonly string[],
): V1NetworkPolicyEgressRule[] {
  const ports = [{ port, protocol: 'TCP' }]
  if (isAddress(host)) return [{ to: [{ ipBlock: { cidr: toRange(host) } }], ports }]
  const place = toServicePlace(host)
  if (place !== undefined) {
    const { namespace } = place
    const selector = service && selectorOf(service)
    if (service === undefined || selector === undefined)
      return [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }] }]
    // Without a port no rule: one without ports lets through to all of them.
    const podPorts = toPodPorts(service, port)
    return podPorts.length === 0 ? [] : [toPods({ namespace, selector }, podPorts)]
  }
  const usable = addresses.filter(address => !/^127\.|^::1$/.test(address))
  if (usable.length > 0) {
    const inside = usable.filter(address => isIpv6(address) || isPrivate(address))
    return inside.length === 0
      ? []
      : [{ to: inside.map(one => ({ ipBlock: { cidr: toRange(one) } })), ports }]
  }
  const ranges = privateIpv4.filter(range => range !== '169.254.0.0/16')
  return [
    {
      to: ranges.map(cidr => {
        const except = podRanges.filter(range => isWithin(range, cidr))
        return { ipBlock: except.length === 0 ? { cidr } : { cidr, except } }
      }),
      ports,
    },
  ]
}

/** What a person should know of the destinations, as sentences. */
export const toReachNotes = ({ destinations }: Pick<BuildReach, 'destinations'>): string[] =>
  destinations.flatMap(({ host, port, service }) => {
    const place = toServicePlace(host)
    if (place === undefined) return []
    const { namespace, name } = place
    const wide = `so builds may reach all pods of the namespace ${namespace}.`
    if (service === undefined)
      return [`There is no Service ${name} in ${namespace}, or it may not be read, ${wide}`]
    if (selectorOf(service) === undefined)
      return [`The Service ${name} in ${namespace} does not say by labels which pods it is, ${wide}`]
    return toPodPorts(service, port).length === 0
      ? [`The Service ${name} in ${namespace} has no port ${port}, so builds do not reach it there.`]
      : []
  })

const isAddress = (host: string): boolean => /^\d+(?:\.\d+){3}$/.test(host) || host.includes(':')
const isPrivate = (address: string): boolean => privateIpv4.some(range => isWithin(`${address}/32`, range))

/** Of IPv4 ranges: an exception has to lie in the range that it is made of. */
function isWithin(inner: string, outer: string): boolean {
  const [address = '', bits = '32'] = inner.split('/')
  const [base = '', size = '0'] = outer.split('/')
  if (isIpv6(address) || isIpv6(base) || Number(bits) < Number(size)) return false
  const mask = Number(size) === 0 ? 0 : (~0 << (32 - Number(size))) >>> 0
  return (toNumber(address) & mask) >>> 0 === (toNumber(base) & mask) >>> 0
}

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0)
