import type { V1ServiceSpec } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { registrySchema } from '../../../../shared/domain/cluster.ts'
import { type Destination, listDestinations, toBuildPolicy, toReachNotes } from './build-network.ts'

const registry = registrySchema.parse({
  address: '10.10.0.1:5000/team',
  hostAddress: null,
  isPlainHttp: true,
})

test('a build has to reach the registry, its mirrors, its proxies and the repository', () => {
  const settings = {
    mirrors: { 'docker.io': '10.10.0.1:5000', 'ghcr.io': 'mirror.example' },
    buildEnvironment: {
      HTTPS_PROXY: 'http://10.10.0.1:3128',
      NO_PROXY: 'localhost',
      NPM_CONFIG_REGISTRY: 'https://npm.example',
    },
  }
  const listed = (gitUrl: string) =>
    listDestinations({ settings, registry, gitUrls: [gitUrl] }).map(one => `${one.host}:${one.port}`)
  const usual = ['10.10.0.1:5000', 'mirror.example:80', '10.10.0.1:3128']
  expect(listed('http://host.test:8080/a.git')).toEqual([...usual, 'host.test:8080'])
  expect(listed('https://github.com/a/b')).toEqual([...usual, 'github.com:443'])
  expect(listed('git@github.com:a/b.git')).toEqual([...usual, 'github.com:22'])
  expect(listed('/home/ana/app')).toEqual(usual)
})

const toDns = { to: [{ ipBlock: { cidr: '10.96.0.10/32' } }], ports: [{ port: 53, protocol: 'UDP' }] }

describe('the network of a build', () => {
  const egress = (destinations: Destination[]) => {
    const facts = {
      closedAddresses: ['10.10.0.1', '203.0.113.7'],
      podRanges: ['10.244.0.0/24'],
      dns: [toDns],
      destinations,
    }
    return toBuildPolicy({ namespace: 'slipway-build-b', labels: {} }, facts).spec?.egress ?? []
  }
  const rulesOf = (host: string, addresses: string[] = []) =>
    egress([{ host, port: 8080, addresses }]).slice(2)
  const ports = [{ port: 8080, protocol: 'TCP' }]

  test('lets nobody in, and out only to DNS and the internet', () => {
    const policy = toBuildPolicy(
      { namespace: 'slipway-build-b', labels: {} },
      { closedAddresses: ['10.10.0.1', '203.0.113.7'], podRanges: [], dns: [toDns], destinations: [] },
    )
    expect(policy.spec).toMatchObject({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [] })
    expect(egress([])).toHaveLength(2)
    expect(egress([])[1]?.to?.[0]?.ipBlock).toEqual({
      cidr: '0.0.0.0/0',
      except: [
        '10.0.0.0/8',
        '100.64.0.0/10',
        '169.254.0.0/16',
        '172.16.0.0/12',
        '192.168.0.0/16',
        '203.0.113.7/32',
      ],
    })
  })

  test('opens an address at its port', () => {
    expect(rulesOf('10.10.0.1')).toEqual([{ to: [{ ipBlock: { cidr: '10.10.0.1/32' } }], ports }])
  })

  test('opens nothing for a name of the internet', () => {
    expect(rulesOf('github.com', ['140.82.121.3'])).toEqual([])
  })

  test('opens the private address of a name', () => {
    expect(rulesOf('git.office', ['192.168.1.9'])).toEqual([
      { to: [{ ipBlock: { cidr: '192.168.1.9/32' } }], ports },
    ])
  })

  describe('of a service inside of the cluster', () => {
    const host = 'gitea.git.svc.cluster.local'
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'git' } }
    const toService = (spec: V1ServiceSpec | undefined, port = 8080): Destination => ({
      ...{ host, port, addresses: [] },
      service: spec && { spec },
    })
    const selector = { app: 'gitea' }
    const http = { port: 8080, targetPort: 3000, protocol: 'TCP' }

    test.each<[string, V1ServiceSpec, number | string]>([
      ['its target port', { selector, ports: [http, { port: 22, targetPort: 2222 }] }, 3000],
      ['the name of it', { selector, ports: [{ port: 8080, targetPort: 'http' }] }, 'http'],
      ['the same port where it says no other', { selector, ports: [{ port: 8080 }] }, 8080],
      ['the same port where nothing translates', { selector, ports: [http], clusterIP: 'None' }, 8080],
    ])('opens its pods alone, at %s', (_, spec, port) => {
      const to = [{ namespaceSelector, podSelector: { matchLabels: selector } }]
      expect(egress([toService(spec)]).slice(2)).toEqual([{ to, ports: [{ port, protocol: 'TCP' }] }])
      expect(toReachNotes({ destinations: [toService(spec)] })).toEqual([])
    })

    test.each<[string, V1ServiceSpec | undefined, string]>([
      [
        'it names no pods',
        { ports: [http] },
        'The Service gitea in git does not say by labels which pods it is, so builds may reach all pods of the namespace git.',
      ],
      [
        'it cannot be read',
        undefined,
        'There is no Service gitea in git, or it may not be read, so builds may reach all pods of the namespace git.',
      ],
    ])('opens its namespace where %s, and says so', (_, spec, note) => {
      expect(egress([toService(spec)]).slice(2)).toEqual([{ to: [{ namespaceSelector }] }])
      expect(toReachNotes({ destinations: [toService(spec)] })).toEqual([note])
    })

    test('opens nothing for a port that it does not have, and says so', () => {
      const destination = toService({ selector, ports: [http] }, 9000)
      expect(egress([destination]).slice(2)).toEqual([])
      expect(toReachNotes({ destinations: [destination] })).toEqual([
        'The Service gitea in git has no port 9000, so builds do not reach it there.',
      ])
    })
  })

  test.each([
    ['only.inside', []],
    ['host.test', ['127.0.0.1']],
  ])('opens the port of %s, which only the cluster knows, but not on pods', (host, addresses) => {
    expect(rulesOf(host, addresses)).toEqual([
      {
        to: [
          { ipBlock: { cidr: '10.0.0.0/8', except: ['10.244.0.0/24'] } },
          { ipBlock: { cidr: '100.64.0.0/10' } },
          { ipBlock: { cidr: '172.16.0.0/12' } },
          { ipBlock: { cidr: '192.168.0.0/16' } },
        ],
        ports,
      },
    ])
  })
})
