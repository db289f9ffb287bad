import type {
  KubernetesObject,
  V1Namespace,
  V1NetworkPolicy,
  V1NetworkPolicyEgressRule,
  V1NetworkPolicyPeer,
  V1ServiceAccount,
} from '@kubernetes/client-node'
import { privateIpv4, privateIpv6 } from '../closed-addresses.ts'
import { labels, managed } from '../names.ts'
import { type TenantLimits, toTenantBounds } from './tenant-bounds.ts'

export interface TenantFacts {
  readonly ownerId: string
  readonly namespace: string
  readonly limits: TenantLimits
  /** Where requests from outside come from. */
  readonly routers: readonly V1NetworkPolicyPeer[]
  /** Addresses that no app may reach: those of nodes and of the API server. */
  readonly closedAddresses: readonly string[]
  /** Rules that let DNS through. */
  readonly dns: readonly V1NetworkPolicyEgressRule[]
  /** Somebody with no rights but those in it writes there too. */
  readonly isOfMember?: boolean
}

/** A user's part of the cluster. The namespace comes first: the others lie in it. */
export function toTenantObjects(facts: TenantFacts): [V1Namespace, ...KubernetesObject[]] {
  const owned = { ...managed, [labels.user]: facts.ownerId }
  const place = (name: string) => ({ name, namespace: facts.namespace, labels: owned })
  const namespace: V1Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: facts.namespace,
      labels: {
        ...owned,
        ...(facts.isOfMember && { [labels.member]: 'true' }),
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': 'latest',
      },
    },
  }
  const account: V1ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: place('default'),
    automountServiceAccountToken: false,
  }
  const bounds = toTenantBounds({ namespace: facts.namespace, labels: owned, limits: facts.limits })
  return [namespace, account, ...bounds, ...toPolicies(facts, place)]
}

/** In: the router and the tenant itself. Out: the tenant itself, DNS and the internet. */
function toPolicies(
  { routers, closedAddresses, dns }: TenantFacts,
  place: (name: string) => object,
): V1NetworkPolicy[] {
  const policy = (name: string, spec: V1NetworkPolicy['spec']): V1NetworkPolicy => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: place(name) as V1NetworkPolicy['metadata'] & object,
    ...(spec === undefined ? {} : { spec }),
  })
  const all = { podSelector: {} }
  const isIpv6 = (address: string) => address.includes(':')
  const closed = (family: readonly string[], isOfFamily: (address: string) => boolean, bits: number) => [
    ...family,
    ...closedAddresses.filter(isOfFamily).map(address => `${address}/${bits}`),
  ]
  return [
    policy('default-deny', { ...all, policyTypes: ['Ingress', 'Egress'] }),
    policy('from-router-and-tenant', {
      ...all,
      policyTypes: ['Ingress'],
      ingress: [{ _from: [all, ...routers] }],
    }),
    policy('to-tenant-and-internet', {
      ...all,
      policyTypes: ['Egress'],
      egress: [
        { to: [all] },
        ...dns,
        {
          to: [
            {
              ipBlock: {
                cidr: '0.0.0.0/0',
                except: closed(privateIpv4, address => !isIpv6(address), 32),
              },
            },
            { ipBlock: { cidr: '::/0', except: closed(privateIpv6, isIpv6, 128) } },
          ],
        },
      ],
    }),
  ].map(toPlainPolicy)
}

/** The client's types call it `_from`; the API does not. */
function toPlainPolicy(policy: V1NetworkPolicy): V1NetworkPolicy {
  const ingress = policy.spec?.ingress?.map(({ _from, ...rest }) => ({ ...rest, from: _from }))
  if (ingress === undefined) return policy
  return { ...policy, spec: { ...policy.spec, ingress } } as V1NetworkPolicy
}
