import { expect, test } from 'vitest'
import type { ReleaseOrder } from '../../driver.ts'
import { findRedirect } from './ingress-controller.ts'
import { certificateName, toDeployment, toIngress, toSecret, withChange } from './manifests.ts'

const deployment = { name: 'shop', owner: { id: 'ana1', name: 'ana' }, hosts: ['www.shop.example'] }
const order: ReleaseOrder = {
  deploymentId: 'dddddddd12345678',
  releaseId: 'r1',
  run: 2,
  artifact: 'registry/shop@sha256:1',
  plan: {
    kind: 'dockerfile',
    label: '',
    root: '.',
    runtime: null,
    install: null,
    build: null,
    start: null,
    output: null,
    fallback: null,
    port: { value: 3000, origin: 'Dockerfile EXPOSE' },
    notes: [],
  },
  port: null,
  variables: { API_URL: 'https://api.example', TOKEN: 'hush' },
  secrets: ['hush'],
  keptFolders: [],
  size: 'medium',
  instances: 1,
}
const facts = {
  order,
  deployment,
  namespace: 'slipway-ana1',
  runAsUser: undefined,
  hasPullSecret: false,
  startLimitMs: 60_000,
}
const own = {
  'app.kubernetes.io/managed-by': 'slipway',
  'app.kubernetes.io/name': 'shop',
  'slipway.dev/user': 'ana1',
  'slipway.dev/deployment': 'dddddddd12345678',
}
const routes = {
  deploymentId: order.deploymentId,
  deployment,
  namespace: 'slipway-ana1',
  redirect: { redirect: 'yes' },
}
const settings = { baseDomain: 'apps.example', ingressClass: 'traefik', issuer: 'letsencrypt' }

test('a worker has no port, no probe and no time to drain; a pod counts when it has run for a while', () => {
  const { spec } = toDeployment({ ...facts, order: { ...order, isWorker: true } })
  const [container] = spec?.template.spec?.containers ?? []
  for (const field of ['ports', 'env', 'startupProbe', 'readinessProbe', 'lifecycle'])
    expect(container, field).not.toHaveProperty(field)
  expect(spec?.minReadySeconds).toBe(5)
  expect(spec?.template.spec?.terminationGracePeriodSeconds).toBe(10)
  expect(toDeployment(facts).spec).not.toHaveProperty('minReadySeconds')
  const worker = { ...deployment, isWorker: true }
  expect(toIngress({ ...routes, deployment: worker, settings })).toBeUndefined()
})

test('another number of a worker is still of a worker', () => {
  const found = toDeployment({ ...facts, order: { ...order, isWorker: true } })
  expect(withChange(found, { replicas: 3, earlier: undefined }).spec?.minReadySeconds).toBe(5)
  const other = withChange(toDeployment(facts), { replicas: 3, earlier: undefined })
  expect(other.spec).not.toHaveProperty('minReadySeconds')
})

test('a health path is what the kubelet asks, and a connection is enough without one', () => {
  const probesOf = (healthPath: string | undefined) => {
    const made = toDeployment({ ...facts, order: { ...order, healthPath } })
    const { startupProbe, readinessProbe } = made.spec?.template.spec?.containers[0] ?? {}
    return { startupProbe, readinessProbe }
  }
  const httpGet = { path: '/healthz?deep=1', port: 'http' }
  expect(probesOf('/healthz?deep=1')).toEqual({
    startupProbe: { httpGet, timeoutSeconds: 3, periodSeconds: 1, failureThreshold: 90 },
    readinessProbe: { httpGet, timeoutSeconds: 3, periodSeconds: 5, failureThreshold: 3 },
  })
  const tcpSocket = { port: 'http' }
  expect(probesOf(undefined)).toEqual({
    startupProbe: { tcpSocket, timeoutSeconds: 2, periodSeconds: 1, failureThreshold: 90 },
    readinessProbe: { tcpSocket, timeoutSeconds: 2, periodSeconds: 5, failureThreshold: 3 },
  })
})

test('the Secret of a release holds all variables, and names those that are secrets without their values', () => {
  expect(toSecret(facts)).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'release-r1',
      namespace: 'slipway-ana1',
      labels: { ...own, 'slipway.dev/release': 'r1' },
      annotations: { 'slipway.dev/secret-names': 'TOKEN' },
    },
    immutable: true,
    data: {
      NODE_ENV: 'cHJvZHVjdGlvbg==',
      SLIPWAY: 'MQ==',
      API_URL: 'aHR0cHM6Ly9hcGkuZXhhbXBsZQ==',
      TOKEN: 'aHVzaA==',
    },
  })
})

test('there are as many pods as were asked for, each of the size', () => {
  const { replicas, template } =
    toDeployment({ ...facts, order: { ...order, size: 'small', instances: 3 } }).spec ?? {}
  expect({ replicas, resources: template?.spec?.containers[0]?.resources }).toEqual({
    replicas: 3,
    resources: {
      requests: { cpu: '25m', memory: '128Mi' },
      limits: { cpu: '250m', memory: '256Mi' },
    },
  })
})

test('a pod is what a restricted namespace admits, with no secret in it but by name', () => {
  const { template } = toDeployment(facts).spec ?? {}
  expect(template?.metadata?.labels).toEqual({ ...own, 'slipway.dev/release': 'r1', 'slipway.dev/run': '2' })
  expect(template?.spec).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        image: 'registry/shop@sha256:1',
        ports: [{ name: 'http', containerPort: 3000, protocol: 'TCP' }],
        env: [{ name: 'PORT', value: '3000' }],
        envFrom: [{ secretRef: { name: 'release-r1' } }],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  })
  expect(JSON.stringify(template)).not.toContain('hush')
})

test('where the registry asks who pulls, the pod names the Secret that tells', () => {
  const { template } = toDeployment({ ...facts, hasPullSecret: true }).spec ?? {}
  expect(template?.spec?.imagePullSecrets).toEqual([{ name: 'registry' }])
})

test('another number of pods leaves the template as it is', () => {
  const found = toDeployment(facts)
  expect(withChange(found, { replicas: 0, earlier: undefined })).toEqual({
    ...found,
    spec: { ...found.spec, replicas: 0 },
  })
})

test('every host has a rule and a certificate of its own', () => {
  const ingress = toIngress({ ...routes, settings })
  expect(ingress?.spec?.rules?.map(rule => rule.host)).toEqual(['shop.apps.example', 'www.shop.example'])
  expect(ingress?.spec?.tls).toEqual([
    { hosts: ['shop.apps.example'], secretName: 'shop-12345678-shop.apps.example' },
    { hosts: ['www.shop.example'], secretName: 'shop-12345678-www.shop.example' },
  ])
  expect(ingress?.metadata?.annotations).toEqual({
    'cert-manager.io/cluster-issuer': 'letsencrypt',
    'cert-manager.io/secret-template': JSON.stringify({ labels: own }),
    redirect: 'yes',
  })
})

test('without an issuer it is http; without any host there is no Ingress', () => {
  const plain = toIngress({ ...routes, settings: { ...settings, issuer: null } })
  expect(plain?.spec?.tls).toBeUndefined()
  expect(plain?.metadata?.annotations).toEqual({})
  const none = {
    ...routes,
    deployment: { ...deployment, hosts: [] },
    settings: { ...settings, baseDomain: null },
  }
  expect(toIngress(none)).toBeUndefined()
})

test.each([
  ['k8s.io/ingress-nginx', true, { 'nginx.ingress.kubernetes.io/ssl-redirect': 'true' }, undefined],
  [
    'traefik.io/ingress-controller',
    true,
    { 'traefik.ingress.kubernetes.io/router.middlewares': 'slipway-ana1-slipway-https@kubernetescrd' },
    'Middleware',
  ],
  ['traefik.io/ingress-controller', false, {}, undefined],
  ['example.com/unknown', true, {}, undefined],
])('http is sent on by %s (own kinds: %s)', async (controller, hasKinds, annotations, kind) => {
  const api = {
    list: async () => [{ metadata: { name: 'traefik' }, spec: { controller } }],
    find: async () => (hasKinds ? {} : undefined),
  }
  const deps = { api, settings } as unknown as Parameters<typeof findRedirect>[0]
  const found = await findRedirect(deps, 'slipway-ana1')
  expect({ annotations: found.annotations, kind: found.object?.kind }).toEqual({ annotations, kind })
})

test('hosts that begin alike for long have certificates of their own', () => {
  const hosts = ['a', 'b'].map(end => `${`${'x'.repeat(60)}.`.repeat(3)}${end}.example`)
  const names = hosts.map(host => certificateName('app-12345678', host))
  expect(new Set(names).size).toBe(2)
  for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9.-]{0,251}[a-z0-9]$/)
  expect(certificateName('app-12345678', 'www.shop.example')).toBe('app-12345678-www.shop.example')
})
