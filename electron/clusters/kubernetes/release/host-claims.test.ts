import type { V1Ingress } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { ApiError } from '../api-failure.ts'
import { findClaim, requireFreeHosts } from './host-claims.ts'

const ingressOf = (
  host: string,
  more: {
    labels?: Record<string, string>
    path?: string
    class?: string
    annotations?: Record<string, string>
  } = {},
): V1Ingress => ({
  metadata: {
    ...{ name: 'web', namespace: 'team-a', labels: more.labels ?? {}, annotations: more.annotations ?? {} },
  },
  spec: {
    ...(more.class === undefined ? {} : { ingressClassName: more.class }),
    rules: [
      {
        host,
        http: { paths: [{ path: more.path ?? '/', pathType: 'Prefix', backend: {} }] },
      },
    ],
  },
})
const own = { deploymentId: 'own', ingress: ingressOf('shop.test', { class: 'traefik' }) }

test.each<[string, V1Ingress, boolean]>([
  ['another with the host', ingressOf('shop.test'), true],
  ['one of the same class', ingressOf('shop.test', { class: 'traefik' }), true],
  [
    'one of the same class, said the old way',
    ingressOf('shop.test', { annotations: { 'kubernetes.io/ingress.class': 'traefik' } }),
    true,
  ],
  ['one of another controller', ingressOf('shop.test', { class: 'nginx' }), false],
  ['one with another host', ingressOf('www.shop.test'), false],
  ['one that has a path of it', ingressOf('shop.test', { path: '/api' }), false],
  ['its own', ingressOf('shop.test', { labels: { 'slipway.dev/deployment': 'own' } }), false],
  [
    'a challenge for its certificate',
    ingressOf('shop.test', { labels: { 'acme.cert-manager.io/http01-solver': 'true' } }),
    false,
  ],
])('%s', (_, other, isClaim) => {
  expect(findClaim([other], own) !== undefined).toBe(isClaim)
})

test('who has the host is said', async () => {
  await expect(
    requireFreeHosts({ list: async () => [ingressOf('shop.test')] as never }, own),
  ).rejects.toThrow('shop.test leads to something else: the Ingress web in the namespace team-a has it.')
})

test('who may not look goes on', async () => {
  const denied = new ApiError({ status: 403, reason: 'Forbidden', message: 'no' })
  await requireFreeHosts({ list: async () => Promise.reject(denied) }, own)
})
