import { createHash } from 'node:crypto'
import type {
  KubernetesObject,
  V1ConfigMap,
  V1Container,
  V1DaemonSet,
  V1Deployment,
  V1Namespace,
  V1PersistentVolumeClaim,
  V1PodTemplateSpec,
  V1Secret,
  V1Service,
} from '@kubernetes/client-node'
import type { ClusterSettings } from '../../../../shared/domain/cluster.ts'
import { bcrypt } from './bcrypt.ts'
import { installed, registryLabels } from './names.ts'
import { nodePathConfiguration } from './node-path.ts'

export interface RegistryFacts {
  readonly settings: Pick<ClusterSettings, 'registryImage' | 'registryNodeImage' | 'registryDisk'>
  readonly password: string
  /** Of the Service, once it is there: pods that were led to another one before begin anew. */
  readonly serviceUid?: string | undefined
}

/** Such as one step of the installation applies together. */
export interface RegistryPart {
  readonly name: 'namespace' | 'login' | 'volume' | 'registry' | 'nodes'
  readonly title: string
  readonly objects: readonly KubernetesObject[]
}

/** Of the pods of the newest template, by which they are told from those before. */
export const templateLabel = 'slipway.dev/template'

/** All of it, in the order in which it is made. The same of the same, so that a second time changes nothing. */
export function toRegistryParts(facts: RegistryFacts): RegistryPart[] {
  const login = toLogin(facts.password)
  return [
    { name: 'namespace', title: 'Namespace', objects: [toNamespace()] },
    { name: 'login', title: 'Password', objects: [login] },
    { name: 'volume', title: 'Volume', objects: [toVolume(facts)] },
    { name: 'registry', title: 'Registry', objects: [toService(), toDeployment(facts, login)] },
    { name: 'nodes', title: 'Path from every node', objects: [toConfiguration(), toDaemonSet(facts)] },
  ]
}

export const whys: Readonly<Record<string, string>> = {
  Namespace: 'holds all of it, and nothing else',
  Secret: 'the password that builds and nodes use',
  PersistentVolumeClaim: 'where the images are kept',
  Service: 'the address that builds push to',
  Deployment: 'the registry itself, one pod',
  ConfigMap: 'how nodes are led to it',
  DaemonSet: `on every node, at 127.0.0.1:${installed.nodePort} alone: where the node pulls`,
}

const place = (name: string) => ({
  name,
  namespace: installed.namespace,
  labels: { ...registryLabels, app: name },
})

/** Privileged, since the path from the nodes has the network of the node; its pods ask for nothing else. */
const toNamespace = (): V1Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: installed.namespace,
    labels: { ...registryLabels, 'pod-security.kubernetes.io/enforce': 'privileged' },
  },
})

/** The password lies beside its hash, so that another Slipway of the same cluster can use the registry, too. */
function toLogin(password: string): V1Secret {
  const salt = createHash('sha256').update(`${installed.namespace} ${password}`).digest().subarray(0, 16)
  const encode = (text: string) => Buffer.from(text).toString('base64')
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: place(installed.registry),
    data: {
      htpasswd: encode(`${installed.user}:${bcrypt(password, salt)}\n`),
      password: encode(password),
    },
  }
}

const toVolume = ({ settings }: RegistryFacts): V1PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: place(installed.registry),
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: settings.registryDisk } } },
})

const toService = (): V1Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: place(installed.registry),
  spec: {
    selector: { app: installed.registry },
    ports: [{ name: 'http', port: installed.port, targetPort: 'http', protocol: 'TCP' }],
  },
})

function toDeployment({ settings }: RegistryFacts, login: V1Secret): V1Deployment {
  const environment = {
    REGISTRY_HTTP_ADDR: `:${installed.port}`,
    REGISTRY_STORAGE_DELETE_ENABLED: 'true',
    REGISTRY_AUTH: 'htpasswd',
    REGISTRY_AUTH_HTPASSWD_REALM: 'slipway',
    REGISTRY_AUTH_HTPASSWD_PATH: '/etc/slipway/htpasswd',
  }
  const template: V1PodTemplateSpec = {
    spec: {
      ...podBasics,
      securityContext: { ...podBasics.securityContext, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 },
      initContainers: [toOwnVolume(settings)],
      containers: [
        {
          name: installed.registry,
          image: settings.registryImage,
          env: Object.entries(environment).map(([name, value]) => ({ name, value })),
          ports: [{ name: 'http', containerPort: installed.port, protocol: 'TCP' }],
          readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 2 },
          resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '512Mi' } },
          securityContext: containerSecurity,
          terminationMessagePolicy: 'FallbackToLogsOnError',
          volumeMounts: [
            { name: 'images', mountPath: '/var/lib/registry' },
            { name: 'login', mountPath: '/etc/slipway', readOnly: true },
          ],
        },
      ],
      volumes: [
        { name: 'images', persistentVolumeClaim: { claimName: installed.registry } },
        {
          name: 'login',
          secret: { secretName: installed.registry, items: [{ key: 'htpasswd', path: 'htpasswd' }] },
        },
      ],
    },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: place(installed.registry),
    spec: {
      replicas: 1,
      // Two pods cannot have the volume.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { app: installed.registry } },
      template: withLabels(template, installed.registry, login.data),
    },
  }
}

/** Not every kind of volume follows `fsGroup`: folders of a node stay root's. */
const toOwnVolume = ({ registryNodeImage }: RegistryFacts['settings']): V1Container => ({
  name: 'own-volume',
  image: registryNodeImage,
  command: ['sh', '-c', 'chown 1000:1000 /images || true'],
  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
  securityContext: {
    ...containerSecurity,
    runAsUser: 0,
    runAsNonRoot: false,
    capabilities: { drop: ['ALL'], add: ['CHOWN'] },
  },
  volumeMounts: [{ name: 'images', mountPath: '/images' }],
})

const toConfiguration = (): V1ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: place(installed.nodePath),
  data: { 'nginx.conf': nodePathConfiguration },
})

function toDaemonSet({ settings, serviceUid }: RegistryFacts): V1DaemonSet {
  const template: V1PodTemplateSpec = {
    spec: {
      ...podBasics,
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
      tolerations: [{ operator: 'Exists' }],
      securityContext: { ...podBasics.securityContext, runAsUser: 1000, runAsGroup: 1000 },
      containers: [
        {
          name: installed.nodePath,
          image: settings.registryNodeImage,
          command: ['nginx', '-e', '/dev/stderr', '-c', '/etc/slipway/nginx.conf', '-g', 'daemon off;'],
          // So that no two pods of a node want the same port.
          ports: [{ containerPort: installed.nodePort, hostPort: installed.nodePort, hostIP: '127.0.0.1' }],
          // Asked of the registry, through it.
          readinessProbe: {
            httpGet: { host: '127.0.0.1', path: '/', port: installed.nodePort },
            periodSeconds: 2,
          },
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '128Mi' } },
          securityContext: containerSecurity,
          terminationMessagePolicy: 'FallbackToLogsOnError',
          volumeMounts: [
            { name: 'configuration', mountPath: '/etc/slipway', readOnly: true },
            { name: 'scratch', mountPath: '/tmp' },
          ],
        },
      ],
      volumes: [
        { name: 'configuration', configMap: { name: installed.nodePath } },
        { name: 'scratch', emptyDir: {} },
      ],
    },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: place(installed.nodePath),
    spec: {
      selector: { matchLabels: { app: installed.nodePath } },
      template: withLabels(template, installed.nodePath, [nodePathConfiguration, serviceUid]),
    },
  }
}

const podBasics = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
}
const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}

/** Pods begin anew when what they read at their start has changed. */
function withLabels(template: V1PodTemplateSpec, app: string, reads: unknown): V1PodTemplateSpec {
  const digest = createHash('sha256')
    .update(JSON.stringify([template, reads]))
    .digest('hex')
    .slice(0, 16)
  return { ...template, metadata: { labels: { ...registryLabels, app, [templateLabel]: digest } } }
}
