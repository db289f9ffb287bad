import type { KubernetesObject } from '@kubernetes/client-node'

/** The kinds that Slipway makes or reads, with where the API has them. */
const kinds = {
  Namespace: { group: 'api/v1', plural: 'namespaces', isNamespaced: false },
  Node: { group: 'api/v1', plural: 'nodes', isNamespaced: false },
  Pod: { group: 'api/v1', plural: 'pods', isNamespaced: true },
  PodMetrics: { group: 'apis/metrics.k8s.io/v1beta1', plural: 'pods', isNamespaced: true },
  Secret: { group: 'api/v1', plural: 'secrets', isNamespaced: true },
  ConfigMap: { group: 'api/v1', plural: 'configmaps', isNamespaced: true },
  Service: { group: 'api/v1', plural: 'services', isNamespaced: true },
  Event: { group: 'api/v1', plural: 'events', isNamespaced: true },
  ResourceQuota: { group: 'api/v1', plural: 'resourcequotas', isNamespaced: true },
  LimitRange: { group: 'api/v1', plural: 'limitranges', isNamespaced: true },
  ServiceAccount: { group: 'api/v1', plural: 'serviceaccounts', isNamespaced: true },
  PersistentVolume: { group: 'api/v1', plural: 'persistentvolumes', isNamespaced: false },
  PersistentVolumeClaim: { group: 'api/v1', plural: 'persistentvolumeclaims', isNamespaced: true },
  Deployment: { group: 'apis/apps/v1', plural: 'deployments', isNamespaced: true },
  ReplicaSet: { group: 'apis/apps/v1', plural: 'replicasets', isNamespaced: true },
  DaemonSet: { group: 'apis/apps/v1', plural: 'daemonsets', isNamespaced: true },
  StatefulSet: { group: 'apis/apps/v1', plural: 'statefulsets', isNamespaced: true },
  PodDisruptionBudget: { group: 'apis/policy/v1', plural: 'poddisruptionbudgets', isNamespaced: true },
  Job: { group: 'apis/batch/v1', plural: 'jobs', isNamespaced: true },
  CronJob: { group: 'apis/batch/v1', plural: 'cronjobs', isNamespaced: true },
  Ingress: { group: 'apis/networking.k8s.io/v1', plural: 'ingresses', isNamespaced: true },
  IngressClass: { group: 'apis/networking.k8s.io/v1', plural: 'ingressclasses', isNamespaced: false },
  NetworkPolicy: { group: 'apis/networking.k8s.io/v1', plural: 'networkpolicies', isNamespaced: true },
  StorageClass: { group: 'apis/storage.k8s.io/v1', plural: 'storageclasses', isNamespaced: false },
  Role: { group: 'apis/rbac.authorization.k8s.io/v1', plural: 'roles', isNamespaced: true },
  RoleBinding: { group: 'apis/rbac.authorization.k8s.io/v1', plural: 'rolebindings', isNamespaced: true },
  ClusterRole: { group: 'apis/rbac.authorization.k8s.io/v1', plural: 'clusterroles', isNamespaced: false },
  ClusterRoleBinding: {
    group: 'apis/rbac.authorization.k8s.io/v1',
    plural: 'clusterrolebindings',
    isNamespaced: false,
  },
  Certificate: { group: 'apis/cert-manager.io/v1', plural: 'certificates', isNamespaced: true },
  Challenge: { group: 'apis/acme.cert-manager.io/v1', plural: 'challenges', isNamespaced: true },
  Middleware: { group: 'apis/traefik.io/v1alpha1', plural: 'middlewares', isNamespaced: true },
  ClusterIssuer: { group: 'apis/cert-manager.io/v1', plural: 'clusterissuers', isNamespaced: false },
} as const
export type Kind = keyof typeof kinds

/** `/apis/apps/v1/namespaces/<namespace>/deployments[/<name>]`. No namespace: all of the cluster. */
export function toPath(kind: Kind, { namespace, name }: { namespace?: string; name?: string } = {}): string {
  const { group, plural, isNamespaced } = kinds[kind]
  const within = isNamespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `/${group}${within}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

/** The path of an object that says what and where it is. */
export function pathOf(object: KubernetesObject): string {
  const { kind, metadata } = object
  if (kind === undefined || !Object.hasOwn(kinds, kind) || metadata?.name === undefined)
    throw new Error(`an object of kind ${kind} has no path`)
  return toPath(kind as Kind, {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  })
}
