/**
 * `owner`: makes the namespaces of users and builds, so needs the rights in all of them, since RBAC knows no namespaces by
 * the beginning of their name. `member`: works in one tenant and one build namespace that an owner prepared.
 */
export type Role = 'owner' | 'member'

/** Where a member has it; an owner has it everywhere. `cluster`: of things that are in no namespace. */
export type Where = 'cluster' | 'tenant' | 'build' | 'both'

export interface Right {
  readonly group: string
  /** With its subresource, such as `pods/log`. */
  readonly resource: string
  readonly verbs: readonly string[]
  readonly where: Where
  /** What it is for, as the end of "needed ...". */
  readonly why: string
  readonly isOwnerOnly?: true
  /** Slipway does without, and says what is then missing. */
  readonly isOptional?: true
}

const read = ['get', 'list'] as const
const watch = ['get', 'list', 'watch'] as const
const write = ['get', 'list', 'create', 'patch', 'delete'] as const

/** Beside what apps need: for databases, which have volumes. An owner installs a registry with the same. */
const addOnRights = [['', 'persistentvolumeclaims'] as const, ['apps', 'statefulsets'] as const].map(
  ([group, resource]): Right => ({
    ...{ group, resource, verbs: [...write, 'watch'], where: 'tenant', isOptional: true },
    why: 'to run databases, and to keep their data in volumes',
  }),
)

/**
 * Every right that Slipway uses: the one table of what is asked at the preflight and granted by the roles. Not `nodes/proxy`, which
 * would tell the limit of processes: with it one may run anything in every pod.
 */
export const rights: readonly Right[] = [
  {
    group: '',
    resource: 'namespaces',
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
    where: 'cluster',
    why: 'to keep users apart, and to build each time in a namespace that ends with the build',
    isOwnerOnly: true,
  },
  {
    group: '',
    resource: 'nodes',
    verbs: read,
    where: 'cluster',
    why: 'to see what room there is',
    isOptional: true,
  },
  {
    group: 'networking.k8s.io',
    resource: 'ingressclasses',
    verbs: read,
    where: 'cluster',
    why: 'to find the ingress controller',
    isOptional: true,
  },
  {
    group: 'storage.k8s.io',
    resource: 'storageclasses',
    verbs: read,
    where: 'cluster',
    why: 'to see whether volumes can be had',
    isOptional: true,
  },
  {
    group: 'cert-manager.io',
    resource: 'clusterissuers',
    verbs: read,
    where: 'cluster',
    why: 'to find who signs certificates',
    isOptional: true,
  },
  ...['resourcequotas', 'limitranges'].map(
    resource =>
      ({
        group: '',
        resource,
        verbs: write,
        where: 'both',
        why: 'to bound what users and builds take',
        isOwnerOnly: true,
      }) as const,
  ),
  {
    group: 'networking.k8s.io',
    resource: 'networkpolicies',
    verbs: write,
    where: 'both',
    why: 'to keep users and builds apart on the network',
    isOwnerOnly: true,
  },
  {
    group: '',
    resource: 'serviceaccounts',
    // Whoever is quicker than the cluster makes the default one.
    verbs: ['get', 'create', 'patch'],
    where: 'both',
    why: 'to give apps and builds no way to the API',
    isOwnerOnly: true,
  },
  {
    group: '',
    resource: 'endpoints',
    verbs: ['get'],
    where: 'tenant',
    why: 'to keep apps and builds from the API server where it has a public address',
    isOwnerOnly: true,
    isOptional: true,
  },
  {
    group: '',
    resource: 'persistentvolumes',
    verbs: ['get', 'list', 'watch', 'patch'],
    where: 'cluster',
    why: 'to keep what builds of a user leave, in a volume that only builds of that user get',
    isOwnerOnly: true,
    isOptional: true,
  },
  {
    group: '',
    resource: 'secrets',
    verbs: [...write, 'watch'],
    where: 'both',
    why: 'to hand variables to apps and builds',
  },
  { group: '', resource: 'configmaps', verbs: write, where: 'build', why: 'to say how to build' },
  { group: 'batch', resource: 'jobs', verbs: [...write, 'watch'], where: 'build', why: 'to build' },
  {
    group: 'batch',
    resource: 'jobs',
    verbs: write,
    where: 'tenant',
    why: 'to run the command of a release before it takes the traffic',
    isOptional: true,
  },
  {
    group: 'batch',
    resource: 'cronjobs',
    verbs: ['list'],
    where: 'tenant',
    why: 'to leave the namespace of a user in which somebody else runs something at its times',
    isOwnerOnly: true,
    isOptional: true,
  },
  { group: 'apps', resource: 'deployments', verbs: [...write, 'watch'], where: 'tenant', why: 'to run apps' },
  { group: 'apps', resource: 'replicasets', verbs: watch, where: 'tenant', why: 'to follow a rollout' },
  { group: '', resource: 'services', verbs: [...write, 'watch'], where: 'tenant', why: 'to reach apps' },
  ...addOnRights,
  {
    group: 'apps',
    resource: 'daemonsets',
    verbs: [...write, 'watch'],
    where: 'tenant',
    why: 'to install a registry where there is none',
    isOwnerOnly: true,
    isOptional: true,
  },
  {
    group: 'networking.k8s.io',
    resource: 'ingresses',
    verbs: [...write, 'watch'],
    where: 'tenant',
    why: 'to give apps an address',
  },
  {
    group: '',
    resource: 'pods',
    verbs: [...watch, 'delete'],
    where: 'both',
    why: 'to see how apps and builds are',
  },
  {
    group: '',
    resource: 'pods',
    verbs: ['create', 'patch'],
    where: 'both',
    why: 'to prove with throw-away pods what the cluster can',
    isOwnerOnly: true,
    isOptional: true,
  },
  { group: '', resource: 'pods/log', verbs: ['get'], where: 'both', why: 'to show what they print' },
  {
    group: '',
    resource: 'pods/portforward',
    verbs: ['get', 'create'],
    where: 'tenant',
    why: 'for the gateway on this computer',
  },
  {
    group: '',
    resource: 'pods/exec',
    verbs: ['get', 'create'],
    where: 'both',
    why: 'for the shell, and to see on which port an app listens',
  },
  { group: '', resource: 'events', verbs: watch, where: 'both', why: 'to tell why something does not start' },
  {
    group: 'policy',
    resource: 'poddisruptionbudgets',
    verbs: ['list', 'create', 'patch', 'delete'],
    where: 'tenant',
    why: 'to let nodes be emptied one instance at a time',
    isOptional: true,
  },
  {
    group: 'metrics.k8s.io',
    resource: 'pods',
    verbs: ['list'],
    where: 'tenant',
    why: 'to show what apps take of CPU and memory',
    isOptional: true,
  },
  {
    group: 'cert-manager.io',
    resource: 'certificates',
    verbs: watch,
    where: 'tenant',
    why: 'to tell how far a certificate is',
    isOptional: true,
  },
  {
    group: 'acme.cert-manager.io',
    resource: 'challenges',
    verbs: watch,
    where: 'tenant',
    why: 'to tell what a certificate waits for',
    isOptional: true,
  },
  {
    group: 'traefik.io',
    resource: 'middlewares',
    verbs: ['get', 'create', 'patch', 'delete'],
    where: 'tenant',
    why: 'to send http on to https where Traefik serves',
    isOptional: true,
  },
]

/** One question to the server: may I? */
export interface RightQuestion {
  readonly right: Right
  readonly verb: string
  /** Undefined: everywhere. */
  readonly namespace: string | undefined
}

export interface MemberNamespaces {
  readonly tenant: string
  readonly build: string
}

export function toQuestions(role: Role, namespaces: MemberNamespaces): RightQuestion[] {
  const within = (right: Right): (string | undefined)[] => {
    if (role === 'owner' || right.where === 'cluster') return [undefined]
    return {
      tenant: [namespaces.tenant],
      build: [namespaces.build],
      both: [namespaces.tenant, namespaces.build],
    }[right.where]
  }
  return rights
    .filter(right => role === 'owner' || !right.isOwnerOnly)
    .flatMap(right =>
      within(right).flatMap(namespace => right.verbs.map(verb => ({ right, verb, namespace }))),
    )
}
