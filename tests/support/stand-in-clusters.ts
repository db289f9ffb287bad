import {
  type Check,
  type Connection,
  type Context,
  clusterSettingsSchema,
  type PreflightEvent,
  type ShownClusterSettings,
} from '../../shared/domain/cluster.ts'
import type { InstalledRegistry, RegistryStep } from '../../shared/domain/cluster-registry.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { LeftBehind } from '../../shared/domain/left-behind.ts'
import type { ReadBackReport } from '../../shared/domain/read-back.ts'
import type { Cluster, Deployment } from '../../shared/domain/records.ts'
import type { Survey } from '../../shared/domain/survey.ts'
import { toLocalSurvey, toMemberSurvey, toOwnerSurvey } from './stand-in-surveys.ts'

const minute = 60_000

/** One cluster in every state: connected, unreachable, denied and not asked yet, beside this computer. */
export function createStandInClusters(wish: { local: Cluster; nextId: () => string; now: number }) {
  const { local, nextId, now } = wish
  const here: Connection = { state: 'connected', since: null, failure: null }
  const prod = { id: nextId(), kind: 'kubernetes', name: 'prod-k3s' } as const
  const denied = { id: nextId(), kind: 'kubernetes', name: 'client-gke' } as const
  const gone = { id: nextId(), kind: 'kubernetes', name: 'old-lab' } as const
  const slow = { id: nextId(), kind: 'kubernetes', name: 'staging-eks' } as const
  return {
    prod,
    list: [
      { ...local, connection: here },
      { ...prod, connection: { state: 'connected', since: now - 42 * minute, failure: null } },
      { ...denied, connection: { state: 'connected', since: now - 2 * minute, failure: null } },
      {
        ...gone,
        connection: {
          state: 'unreachable',
          since: now - 4 * minute,
          failure: notReached,
        },
      },
      { ...slow, connection: { state: 'unknown', since: null, failure: null } },
    ] satisfies (Cluster & { connection: Connection })[],
    settings: (id: string): ShownClusterSettings => ({
      buildCaSubjects: id === prod.id ? ['CN=Example CA, O=Example'] : [],
      ...clusterSettingsSchema.parse(
        id === prod.id
          ? {
              context: 'prod-k3s',
              registry: { address: 'registry.example.com/apps', hostAddress: null, isPlainHttp: false },
              mirrors: { 'docker.io': 'mirror.example.com:5000' },
              buildEnvironment: { HTTPS_PROXY: 'http://proxy.example.com:3128' },
              buildCa: '-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIUexample\n-----END CERTIFICATE-----',
              baseDomain: 'apps.example.com',
              issuer: 'letsencrypt',
            }
          : id === slow.id
            ? {
                context: 'staging-eks',
                registry: { ...registryInside, hostAddress: null, isPlainHttp: true, isInstalled: true },
                registryUser: 'slipway',
                registryPasswordVersion: 'a',
              }
            : { context: 'client-gke' },
      ),
    }),
    /** Null: under way for ever. */
    preflight: (id: string): readonly PreflightEvent[] => {
      const checks =
        id === gone.id ? [lost] : id === denied.id ? deniedChecks : id === slow.id ? fine.slice(0, 3) : fine
      const named = fine.map(({ name, title }) => ({ name, title, check: null }))
      return [...named, ...checks.map(check => ({ name: check.name, title: check.title, check }))]
    },
    /** What comes after them when they are asked for. */
    proofs: (): readonly PreflightEvent[] => [
      ...proofs.map(({ name, title }) => ({ name, title, check: null })),
      ...proofs.slice(0, 2).map(one => ({ name: one.name, title: one.title, check: one })),
    ],
    /** Installed in one, absent from the others. */
    registry: (id: string): InstalledRegistry => ({
      state: id === slow.id ? 'complete' : 'absent',
      objects: registryObjects.map(one => ({ ...one, isThere: id === slow.id })),
      deployments: id === slow.id ? ['blog', 'shop'] : [],
      otherPods: id === slow.id ? ['team-b/worker-7d9f8'] : [],
    }),
    /** While it is under way. */
    registrySteps: (): readonly RegistryStep[] => registrySteps,
    /** Of every kind. */
    readBack: standInReadBack,
    left: [
      {
        id: nextId(),
        deployment: 'old-wiki',
        cluster: gone.name,
        things: [
          'Deployment, Service and Ingress old-wiki-7q2m4k1x in the namespace slipway-01j0000000000000000000000a',
          'Secrets there with the label slipway.dev/deployment=01j0000000000000000000000b',
          'The namespace slipway-01j0000000000000000000000a itself, where it was the last app of ana',
        ],
        at: now - 26 * 60 * minute,
      },
    ] satisfies LeftBehind[],
    /** Of an owner, of a member, of this computer; a failure; null: under way for ever. */
    survey: (id: string, deployments: readonly Deployment[]): Survey | Failure | null => {
      if (id === gone.id) return notReached
      if (id === slow.id) return null
      const own = deployments.filter(({ cluster }) => cluster.id === id)
      if (id === local.id) return toLocalSurvey(own, now)
      return id === denied.id ? toMemberSurvey(now) : toOwnerSurvey(own, now)
    },
    lost: notReached,
    isSlow: (id: string): boolean => id === slow.id,
  }
}

const standInReadBack: ReadBackReport = {
  settings: ['Its base domain is apps.example.com.'],
  users: ['ben'],
  deployments: [
    { name: 'blog', outcome: 'kept', detail: '', missing: [] },
    { name: 'shop', outcome: 'added', detail: '', missing: ['NPM_TOKEN'] },
    {
      name: 'wiki',
      outcome: 'refused',
      detail: 'There is another deployment called wiki here. Remove that one, then read back again.',
      missing: [],
    },
  ],
}

const registryInside = { address: 'registry.slipway-registry.svc:5000', pullAddress: '127.0.0.1:7781' }

const registryObjects = [
  { kind: 'Namespace', name: 'slipway-registry', why: 'holds all of it, and nothing else' },
  { kind: 'Secret', name: 'registry', why: 'the password that builds and nodes use' },
  { kind: 'PersistentVolumeClaim', name: 'registry', why: 'where the images are kept' },
  { kind: 'Service', name: 'registry', why: 'the address that builds push to' },
  { kind: 'Deployment', name: 'registry', why: 'the registry itself, one pod' },
  { kind: 'ConfigMap', name: 'node-path', why: 'how nodes are led to it' },
  {
    kind: 'DaemonSet',
    name: 'node-path',
    why: 'on every node, at 127.0.0.1:7781 alone: where the node pulls',
  },
]

const registrySteps: RegistryStep[] = [
  { name: 'namespace', title: 'Namespace', status: 'done', detail: '' },
  { name: 'login', title: 'Password', status: 'done', detail: '' },
  { name: 'volume', title: 'Volume', status: 'done', detail: '' },
  { name: 'registry', title: 'Registry', status: 'running', detail: 'Waiting until it answers' },
  { name: 'nodes', title: 'Path from every node', status: 'waiting', detail: '' },
]

export const standInContexts: Context[] = [
  context('prod-k3s', 'https://10.0.0.12:6443'),
  context('client-gke', 'https://34.90.12.7', { startsProgram: 'gke-gcloud-auth-plugin' }),
  context('homelab', 'https://192.168.1.40:6443', { isVerified: false }),
  context(
    'a-context-with-a-very-long-name-as-cloud-vendors-make-them@eu-west-1',
    'https://ABCDEF0123456789.gr7.eu-west-1.eks.amazonaws.com',
    {
      startsProgram: '/opt/homebrew/bin/aws',
    },
  ),
]

function context(name: string, server: string, more: Partial<Context> = {}): Context {
  return {
    name,
    kubeconfig: '/home/ana/.kube/config',
    server,
    startsProgram: null,
    isVerified: true,
    clusterId: null,
    ...more,
  }
}

const unreachable =
  'The cluster old-lab cannot be reached: nothing listens there (ECONNREFUSED 192.168.1.40:6443).'

const notReached: Failure = {
  code: 'cluster_unreachable',
  message: unreachable,
  hint: 'See whether it runs and this computer is connected. Slipway goes on when it answers.',
}

const check = (name: string, title: string, detail: string, more: Partial<Check> = {}): Check => ({
  name,
  title,
  result: 'ok',
  detail,
  action: null,
  command: null,
  ...more,
})

const fine: Check[] = [
  check('api', 'API', 'It answers, as v1.36.3.'),
  check('clock', 'Clock', 'Its clock and the one of this computer agree.'),
  check('rights', 'Rights', 'You may do all that Slipway needs, as an owner.'),
  check('registry', 'Registry', 'registry.example.com/apps answers, and asks for a password.'),
  check('pod-security', 'Pod Security', 'It is enforced: apps run without privileges.'),
  check('ingress-class', 'Ingress controller', 'Apps are reached through traefik, the default.'),
  check(
    'entry',
    'Address of apps',
    'Names below apps.example.com are not known to DNS on this computer. Requests from outside come in at 203.0.113.7.',
    {
      result: 'warning',
      action: 'Make the record *.apps.example.com A 203.0.113.7.',
    },
  ),
  check('issuer', 'Certificates', 'Certificates come from letsencrypt. http is sent on to https.'),
  check('gateway-api', 'Gateway API', 'Not there, and not needed: apps get an Ingress.'),
  check('storage', 'Volumes', 'Volumes come from local-path.'),
  check(
    'build-state',
    'Kept between builds',
    'What builds leave is kept in a volume of local-path for each user: 2 volumes now, 12 GiB.',
  ),
  check('metrics', 'Metrics', 'There is no metrics-server: how much CPU and memory apps use is not known.', {
    result: 'warning',
    action: 'Install metrics-server to see it.',
  }),
  check('room', 'Room', 'The most that a node has free is 3.4 CPUs and 11.2 GiB, of 3 nodes.'),
  check('architectures', 'Processors', 'All of 3 nodes have amd64 processors.'),
  check('quota', 'Quota', 'In use: 7 of 60 pods, 0.9 of 8 CPUs, 6.5 of 32 GiB of memory.'),
  check('pid-limit', 'Limit of processes', 'A pod has at most 4096 processes.'),
]

const proofs: Check[] = [
  check(
    'network-policy',
    'Network policies',
    'They are accepted and ignored: apps of all users reach each other, and whatever the nodes reach.',
    {
      result: 'warning',
      action:
        'Deploy only what you trust side by side, or use a network plugin that enforces them, such as Calico or Cilium.',
    },
  ),
  check('builder', 'Builds', 'They work without privileges.'),
  check('push', 'Push of images', 'A build pushed to registry.example.com/apps.'),
  check('pull', 'Pull of images', 'All 3 nodes pulled what was pushed.'),
]

const lost = check('api', 'API', unreachable, {
  result: 'lack',
  action: 'See whether it runs and this computer is connected. Slipway goes on when it answers.',
})

const deniedChecks: Check[] = fine.map(one => {
  if (one.name === 'rights') {
    return check(
      'rights',
      'Rights',
      'You may not: get, list, create, patch, delete secrets (needed to hand variables to apps and builds); get, list, create, patch, delete, watch jobs (needed to build) and 9 more.',
      {
        result: 'lack',
        action: 'Give whoever runs the cluster the rights of a member to apply.',
        command: 'slipway cluster rbac client-gke member',
      },
    )
  }
  if (one.name === 'registry') {
    return check(
      'registry',
      'Registry',
      'The cluster announces no registry, and none is set: images have no place.',
      {
        result: 'lack',
        action:
          'Install one in the cluster, or name one that builds push to and nodes pull from: slipway cluster add client-gke --registry HOST[/PATH]',
        command: 'slipway cluster registry install client-gke',
      },
    )
  }
  if (one.name === 'room' || one.name === 'architectures') {
    return {
      ...one,
      result: 'warning',
      detail: 'You may not look.',
      action: 'Slipway goes on without knowing. Whoever runs the cluster can tell, or let you look.',
    }
  }
  return one
})
