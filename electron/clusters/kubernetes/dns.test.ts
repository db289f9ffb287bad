import type { V1Service } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { ApiError } from './api-failure.ts'
import { findDns } from './dns.ts'

const dnsPorts = (targets: { udp: number | string; tcp: number | string }) => [
  { name: 'dns', port: 53, targetPort: targets.udp, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, targetPort: targets.tcp, protocol: 'TCP' },
  { name: 'metrics', port: 9153, targetPort: 9153, protocol: 'TCP' },
]
const rulesWith = (services: Record<string, V1Service | Error>) =>
  findDns({
    find: async <T>(path: string) => {
      const found = services[path]
      if (found instanceof Error) throw found
      return found as T | undefined
    },
  })
const kubeDns = '/api/v1/namespaces/kube-system/services/kube-dns'
const openshift = '/api/v1/namespaces/openshift-dns/services/dns-default'
const podsOf = (namespace: string, labels: object) => [
  {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: labels },
  },
]
const at53 = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
]
const nodeLocal = { ipBlock: { cidr: '169.254.20.10/32' } }

describe('the DNS that apps and builds reach', () => {
  test('is what the Service kube-dns leads to, whatever the pods are called', async () => {
    const spec = {
      selector: { app: 'coredns', tier: 'dns' },
      clusterIP: '10.96.0.10',
      clusterIPs: ['10.96.0.10', 'fd00::a'],
      ports: dnsPorts({ udp: 1053, tcp: 'dns-tcp' }),
    }
    expect(await rulesWith({ [kubeDns]: { spec } })).toEqual([
      {
        to: podsOf('kube-system', { app: 'coredns', tier: 'dns' }),
        ports: [
          { port: 1053, protocol: 'UDP' },
          { port: 'dns-tcp', protocol: 'TCP' },
        ],
      },
      {
        to: [nodeLocal, { ipBlock: { cidr: '10.96.0.10/32' } }, { ipBlock: { cidr: 'fd00::a/128' } }],
        ports: at53,
      },
    ])
  })

  test("is OpenShift's own, at the port of its pods", async () => {
    const selector = { 'dns.operator.openshift.io/daemonset-dns': 'default' }
    const spec = { selector, clusterIP: '172.30.0.10', ports: dnsPorts({ udp: 'dns', tcp: 'dns-tcp' }) }
    expect(await rulesWith({ [openshift]: { spec } })).toEqual([
      {
        to: podsOf('openshift-dns', selector),
        ports: [
          { port: 'dns', protocol: 'UDP' },
          { port: 'dns-tcp', protocol: 'TCP' },
        ],
      },
      { to: [nodeLocal, { ipBlock: { cidr: '172.30.0.10/32' } }], ports: at53 },
    ])
  })

  test.each([
    ['there is no such Service', {}],
    [
      'it may not be read',
      { [kubeDns]: new ApiError({ status: 403, reason: 'Forbidden', message: 'not you' }) },
    ],
    ['it names no pods', { [kubeDns]: { spec: { ports: dnsPorts({ udp: 53, tcp: 53 }) } } }],
  ])('is the usual one where %s', async (_, services) => {
    expect(await rulesWith(services)).toEqual([
      { to: podsOf('kube-system', { 'k8s-app': 'kube-dns' }), ports: at53 },
      { to: [nodeLocal], ports: at53 },
    ])
  })

  test('fails with the cluster: a policy without DNS would be wrong', async () => {
    const error = new ApiError({ status: 500, reason: 'InternalError', message: 'etcd' })
    await expect(rulesWith({ [kubeDns]: error })).rejects.toBe(error)
  })
})
