import type {
  V1ObjectMeta,
  V1PersistentVolumeClaim,
  V1PodSpec,
  V1Service,
  V1StatefulSet,
} from '@kubernetes/client-node'
import { type AddOn, engines } from '../../../../shared/domain/add-on.ts'
import { dataPath, programsOf } from '../../add-on-programs.ts'
import { appName, labels, pullSecretName, releaseSecretName } from '../names.ts'
import { containerName, type ReleaseFacts, toLabels, toResources } from './manifests.ts'

export type AddOnFacts = ReleaseFacts & { readonly addOn: AddOn }

/** The user of both engines in their images, which begin as root otherwise. */
const engineUser = 999
/** What an engine has to write down what it holds. */
const graceSeconds = 30

export const volumeName = (facts: Pick<ReleaseFacts, 'deployment'>, deploymentId: string): string =>
  `${appName(facts.deployment, deploymentId)}-data`

function toMetadata({ order, deployment, namespace }: ReleaseFacts, name: string): V1ObjectMeta {
  return { name, namespace, labels: toLabels(order.deploymentId, deployment) }
}

/** From the default class of the cluster. It is no part of the StatefulSet, since it may outlive it. */
export function toVolume(facts: AddOnFacts): V1PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: toMetadata(facts, volumeName(facts, facts.order.deploymentId)),
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: `${facts.addOn.volumeGib}Gi` } },
    },
  }
}

/** Headless: one address, of the one pod that is ready. */
export function toAddOnService(facts: AddOnFacts): V1Service {
  const { order, deployment, addOn } = facts
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: toMetadata(facts, appName(deployment, order.deploymentId)),
    spec: {
      clusterIP: 'None',
      selector: { [labels.deployment]: order.deploymentId },
      ports: [{ name: addOn.engine, port: engines[addOn.engine].port, protocol: 'TCP' }],
    },
  }
}

/** One pod, which is gone before the next begins: two on one volume would destroy what it holds. */
export function toStatefulSet(facts: AddOnFacts): V1StatefulSet {
  const { order, deployment } = facts
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      ...toMetadata(facts, appName(deployment, order.deploymentId)),
      ...(facts.annotations === undefined ? {} : { annotations: facts.annotations }),
    },
    spec: {
      serviceName: appName(deployment, order.deploymentId),
      replicas: 1,
      revisionHistoryLimit: 2,
      // Else a pod that never became ready is waited for, and not replaced by what would mend it.
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { [labels.deployment]: order.deploymentId } },
      template: {
        metadata: {
          labels: {
            ...toLabels(order.deploymentId, deployment),
            [labels.release]: order.releaseId,
            [labels.run]: String(order.run),
          },
        },
        spec: toPod(facts),
      },
    },
  }
}

function toPod(facts: AddOnFacts): V1PodSpec {
  const { order, addOn } = facts
  const { port } = engines[addOn.engine]
  const { start, args, variables } = programsOf[addOn.engine]
  const probe = { tcpSocket: { port }, timeoutSeconds: 2 }
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(facts.hasPullSecret ? { imagePullSecrets: [{ name: pullSecretName }] } : {}),
    terminationGracePeriodSeconds: graceSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: engineUser,
      runAsGroup: engineUser,
      fsGroup: engineUser,
      // PostgreSQL does not start where others may read, as they could when all were given to the group each time.
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        name: containerName,
        image: order.artifact,
        ...(start === undefined ? {} : { command: [...start] }),
        ...(args.length === 0 ? {} : { args: [...args] }),
        ports: [{ name: addOn.engine, containerPort: port, protocol: 'TCP' }],
        envFrom: [{ secretRef: { name: releaseSecretName(order.releaseId) } }],
        env: Object.entries(variables).map(([name, value]) => ({ name, value })),
        resources: toResources(order.size),
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        startupProbe: {
          ...probe,
          periodSeconds: 1,
          failureThreshold: Math.ceil(facts.startLimitMs / 1000) + 30,
        },
        readinessProbe: { ...probe, periodSeconds: 5, failureThreshold: 3 },
        volumeMounts: [{ name: 'data', mountPath: dataPath }],
      },
    ],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: volumeName(facts, order.deploymentId) } }],
  }
}
