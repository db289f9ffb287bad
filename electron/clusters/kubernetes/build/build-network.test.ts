import { describe, expect, test } from 'vitest'
import { registrySchema } from '../../../../shared/domain/cluster.ts'
import { type Destination, listDestinations, toBuildPolicy } from './build-network.ts'

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

describe('the network of a build', () => {
  const egress = (destinations: Destination[]) => {
    const facts = {
      closedAddresses: ['10.10.0.1', '203.0.113.7'],
      podRanges: ['10.244.0.0/24'],
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
      { closedAddresses: ['10.10.0.1', '203.0.113.7'], podRanges: [], destinations: [] },
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

  test('opens the namespace of a service', () => {
    expect(rulesOf('gitea.git.svc.cluster.local')).toEqual([
      { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'git' } } }] },
    ])
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
