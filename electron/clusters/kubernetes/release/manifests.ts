import { createHash } from 'node:crypto'
import type {
  V1Container,
  V1Deployment,
  V1Ingress,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1ResourceRequirements,
  V1Secret,
  V1Service,
} from '@kubernetes/client-node'
import { type ClusterSettings, toHost } from '../../../../shared/domain/cluster.ts'
import { type SizeName, sizes } from '../../../../shared/domain/size.ts'
import type { ReleaseOrder } from '../../driver.ts'
import { answerSeconds } from '../../health.ts'
import type { DeploymentFacts } from '../kubernetes-deps.ts'
import { appName, fieldManager, labels, managed, pullSecretName, releaseSecretName } from '../names.ts'
import { fieldsAnnotation, toApplied } from './field-paths.ts'

import { recordAnnotation } from './record-annotation.ts'

/** All that the objects of a release are made from. */
export interface ReleaseFacts {
  readonly order: ReleaseOrder
  readonly deployment: DeploymentFacts
  readonly namespace: string
  /** The user to run as, where the image names none that counts as no root. */
  readonly runAsUser: number | undefined
  /** The registry asks nodes who they are. */
  readonly hasPullSecret: boolean
  /** How long an app may take to listen. */
  readonly startLimitMs: number
  /** Of the Deployment. */
  readonly annotations?: Readonly<Record<string, string>>
}

export interface RouteFacts extends Pick<ReleaseFacts, 'deployment' | 'namespace'> {
  readonly deploymentId: string
  readonly settings: Pick<ClusterSettings, 'baseDomain' | 'ingressClass' | 'issuer'>
  /** What the ingress controller needs to redirect http, as annotations. */
  readonly redirect: Readonly<Record<string, string>>
}

export const containerName = 'app'
/** The names of the variables that are secrets, on the Secret of a release. */
export const secretNamesAnnotation = 'slipway.dev/secret-names'
/** Requests reach a pod that is going away for this long, until every router has heard of it. */
const drainSeconds = 5
/** A pod of a worker counts when it has run for so long, since nothing can be asked of it. */
const settleSeconds = 5
/** What an app has after that to end what it does. */
const graceSeconds = 10

export const portOf = ({ port, plan }: ReleaseOrder): number => port ?? plan.port?.value ?? 8080

export function toSecret({ order, deployment, namespace }: ReleaseFacts): V1Secret {
  const { variables, secrets } = order
  const names = Object.keys(variables).filter(name => secrets.includes(variables[name] ?? ''))
  const values = { NODE_ENV: 'production', SLIPWAY: '1', ...variables }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: releaseSecretName(order.releaseId),
      namespace,
      labels: { ...toLabels(order.deploymentId, deployment), [labels.release]: order.releaseId },
      annotations: { [secretNamesAnnotation]: names.sort().join(' ') },
    },
    immutable: true,
    data: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    ),
  }
}

export function toDeployment(facts: ReleaseFacts): V1Deployment {
  const { order, deployment, namespace } = facts
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: toMetadata(facts),
    spec: {
      ...toRollout(order.deploymentId),
      ...(order.isWorker ? { minReadySeconds: settleSeconds } : {}),
      replicas: order.instances,
      template: {
        metadata: {
          labels: {
            ...toLabels(order.deploymentId, deployment),
            [labels.release]: order.releaseId,
            [labels.run]: String(order.run),
          },
        },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          ...(facts.hasPullSecret ? { imagePullSecrets: [{ name: pullSecretName }] } : {}),
          terminationGracePeriodSeconds: (order.isWorker ? 0 : drainSeconds) + graceSeconds,
          securityContext: {
            runAsNonRoot: true,
            seccompProfile: { type: 'RuntimeDefault' },
            ...(facts.runAsUser === undefined
              ? {}
              : { runAsUser: facts.runAsUser, runAsGroup: facts.runAsUser, fsGroup: facts.runAsUser }),
          },
          containers: [toContainer(facts)],
        },
      },
    },
  }

  function toMetadata({ order }: ReleaseFacts) {
    return {
      name: appName(deployment, order.deploymentId),
      namespace,
      labels: toLabels(order.deploymentId, deployment),
      ...(facts.annotations === undefined ? {} : { annotations: facts.annotations }),
    }
  }
}

function toContainer(facts: ReleaseFacts): V1Container {
  const { order } = facts
  return {
    name: containerName,
    image: order.artifact,
    envFrom: [{ secretRef: { name: releaseSecretName(order.releaseId) } }],
    resources: toResources(order.size),
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    ...(order.isWorker ? {} : toListening(facts)),
  }
}

/** What a container has because requests come to it. */
function toListening({ order, startLimitMs }: ReleaseFacts): Partial<V1Container> {
  const { healthPath } = order
  const probe = healthPath
    ? { httpGet: { path: healthPath, port: 'http' }, timeoutSeconds: answerSeconds }
    : { tcpSocket: { port: 'http' }, timeoutSeconds: 2 }
  return {
    ports: [{ name: 'http', containerPort: portOf(order), protocol: 'TCP' }],
    env: [{ name: 'PORT', value: String(portOf(order)) }],
    // Slipway gives up sooner than the kubelet starts the app anew, and looks at what it listens on.
    startupProbe: { ...probe, periodSeconds: 1, failureThreshold: Math.ceil(startLimitMs / 1000) + 30 },
    readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 3 },
    lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
  }
}

export function toResources(size: SizeName): V1ResourceRequirements {
  const { cpu, memory } = sizes[size]
  const toQuantities = (part: 'request' | 'limit') => ({
    cpu: `${Math.round(cpu[part] * 1000)}m`,
    memory: `${memory[part]}Mi`,
  })
  return { requests: toQuantities('request'), limits: toQuantities('limit') }
}

/** What the Deployment has whatever it runs: another template or number of pods is applied together with it. */
function toRollout(deploymentId: string) {
  return {
    revisionHistoryLimit: 2,
    progressDeadlineSeconds: 600,
    selector: { matchLabels: { [labels.deployment]: deploymentId } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  }
}

/**
 * The Deployment as Slipway applied it, with another number of pods, or what an earlier ReplicaSet of it ran. What others changed
 * stays theirs.
 */
export function withChange(
  found: V1Deployment,
  change: { replicas: number; earlier: V1ReplicaSet | undefined },
): V1Deployment {
  const deploymentId = found.metadata?.labels?.[labels.deployment] ?? ''
  const { name, namespace } = found.metadata ?? {}
  const applied = toApplied(found, fieldManager) ?? found
  const own = applied.metadata?.labels
  const template = change.earlier?.spec?.template ?? applied.spec?.template ?? {}
  // The cluster copies it to the ReplicaSet.
  const record = (change.earlier ?? found).metadata?.annotations?.[recordAnnotation]
  const fields = found.metadata?.annotations?.[fieldsAnnotation]
  const annotations = {
    ...(record === undefined ? {} : { [recordAnnotation]: record }),
    ...(fields === undefined ? {} : { [fieldsAnnotation]: fields }),
  }
  const { 'pod-template-hash': _, ...templateLabels } = template.metadata?.labels ?? {}
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(own === undefined ? {} : { labels: own }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      ...toRollout(deploymentId),
      ...(isOfWorker(template) ? { minReadySeconds: settleSeconds } : {}),
      replicas: change.replicas,
      template: {
        metadata: { labels: templateLabels },
        ...(template.spec === undefined ? {} : { spec: template.spec }),
      },
    },
  }
}

/** Only what listens names its port. */
const isOfWorker = ({ spec }: V1PodTemplateSpec): boolean =>
  spec?.containers.some(one => one.name === containerName && one.ports === undefined) ?? false

export function toService({ order, deployment, namespace }: ReleaseFacts): V1Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: appName(deployment, order.deploymentId),
      namespace,
      labels: toLabels(order.deploymentId, deployment),
    },
    spec: {
      selector: { [labels.deployment]: order.deploymentId },
      // By name: releases may differ in their port.
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    },
  }
}

/** Undefined where the app has no address of its own, or listens nowhere. Each host has a certificate of its own: one may fail alone. */
export function toIngress(facts: RouteFacts): V1Ingress | undefined {
  const { deploymentId, deployment, namespace, settings } = facts
  if (deployment.isWorker) return undefined
  const own = toHost(deployment.name, settings)
  const hosts = [...(own === undefined ? [] : [own]), ...deployment.hosts]
  if (hosts.length === 0) return undefined
  const name = appName(deployment, deploymentId)
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace,
      labels: toLabels(deploymentId, deployment),
      annotations:
        settings.issuer === null
          ? {}
          : {
              'cert-manager.io/cluster-issuer': settings.issuer,
              // So that the Secrets with the certificates go with the deployment.
              'cert-manager.io/secret-template': JSON.stringify({
                labels: toLabels(deploymentId, deployment),
              }),
              ...facts.redirect,
            },
    },
    spec: {
      ...(settings.ingressClass === null ? {} : { ingressClassName: settings.ingressClass }),
      rules: hosts.map(host => ({
        host,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } }],
        },
      })),
      ...(settings.issuer === null
        ? {}
        : { tls: hosts.map(host => ({ hosts: [host], secretName: certificateName(name, host) })) }),
    },
  }
}

/** The Certificate of a host, and the Secret that holds it. What is cut is told apart by a hash of all of it. */
export function certificateName(app: string, host: string): string {
  const name = `${app}-${host.replace(/[^a-z0-9.-]/g, '-')}`
  if (name.length <= 200) return name.replace(/[^a-z0-9]+$/, '')
  const hash = createHash('sha256').update(host).digest('hex').slice(0, 10)
  return `${name.slice(0, 189).replace(/[^a-z0-9]+$/, '')}-${hash}`
}

export const toLabels = (deploymentId: string, { name, owner }: DeploymentFacts) => ({
  ...managed,
  [labels.name]: name,
  [labels.user]: owner.id,
  [labels.deployment]: deploymentId,
})
