import {
  dumpYaml,
  type KubernetesObject,
  loadYaml,
  type V1NetworkPolicyPeer,
  type V1PolicyRule,
  type V1ServiceAccount,
} from '@kubernetes/client-node'
import type { ClusterLimits } from '../../../../shared/domain/cluster-limits.ts'
import { type BuildLimits, toBuildBounds } from '../build/build-namespace.ts'
import { type BuildReach, toBuildPolicy, toReachNotes } from '../build/build-network.ts'
import { labels, managed, memberBuildNamespace, tenantNamespace } from '../names.ts'
import type { TenantLimits } from '../release/tenant-bounds.ts'
import { toTenantObjects } from '../release/tenant-objects.ts'
import { type Right, rights, type Where } from './rights.ts'

interface MemberWish {
  readonly role: 'member'
  readonly person: string
  /** The user whose apps and builds it is about. */
  readonly ownerId: string
  /** What a member may take, who cannot set it. */
  readonly limits: TenantLimits & BuildLimits & Pick<ClusterLimits, 'buildsPerUser'>
  /** Where requests from outside come from. */
  readonly routers: readonly V1NetworkPolicyPeer[]
  readonly reach: BuildReach
}
export type RbacWish = MemberWish | { readonly role: 'owner'; readonly person: string }

/** The objects that give somebody the role, as YAML to be applied by whoever runs the cluster. */
export function toRbac(wish: RbacWish): string {
  const objects = wish.role === 'owner' ? toOwnerObjects(wish.person) : toMemberObjects(wish)
  const text = objects.map(toYaml).join('---\n')
  const isUnknown = wish.role === 'member' && wish.reach.closedAddresses.length === 0
  const notes = wish.role === 'member' ? toReachNotes(wish.reach).map(note => `# ${note}\n`) : []
  return [...(isUnknown ? [unknownAddresses] : []), ...notes, text].join('')
}

/** The client writes what it has read itself: of others it leaves out `from` and `default`, and a rule without `from` is for all. */
const toYaml = (object: KubernetesObject): string =>
  dumpYaml(loadYaml(JSON.stringify(object)), { noRefs: true })

const unknownAddresses = `# The addresses of nodes and of the API server could not be read. Where they are public, add them to the exceptions of the policies.
`

function toOwnerObjects(person: string): KubernetesObject[] {
  return [
    toRole('ClusterRole', { name: 'slipway-owner' }, rights),
    toBinding('ClusterRoleBinding', { name: 'slipway-owner' }, { role: 'ClusterRole', person }),
  ]
}

function toMemberObjects({ person, ownerId, limits, routers, reach }: MemberWish): KubernetesObject[] {
  const tenant = tenantNamespace(ownerId)
  const build = memberBuildNamespace(ownerId)
  const ofMembers = rights.filter(right => !right.isOwnerOnly)
  const inOne = (namespace: string, where: Where) => {
    const place = { name: 'slipway-member', namespace }
    return [
      toRole(
        'Role',
        place,
        ofMembers.filter(right => right.where === where || right.where === 'both'),
      ),
      toBinding('RoleBinding', place, { role: 'Role', person }),
    ]
  }
  const { closedAddresses, dns } = reach
  const objects = [
    ...toTenantObjects({
      ownerId,
      namespace: tenant,
      limits,
      routers,
      closedAddresses,
      dns,
      isOfMember: true,
    }),
    ...toBuildObjects({ ownerId, namespace: build, limits, reach }),
  ]
  return [
    ...objects.filter(one => !isAccount(one)),
    ...inOne(tenant, 'tenant'),
    ...inOne(build, 'build'),
    toRole(
      'ClusterRole',
      { name: 'slipway-member' },
      ofMembers.filter(right => right.where === 'cluster'),
    ),
    toBinding(
      'ClusterRoleBinding',
      { name: `slipway-member-${tenant}` },
      { role: 'ClusterRole', person, of: 'slipway-member' },
    ),
    // Last: the cluster makes them in new namespaces, and kubectl fails where it does so at the same moment.
    ...objects.filter(isAccount),
  ]
}

const isAccount = ({ kind }: KubernetesObject): boolean => kind === 'ServiceAccount'

/** Where the builds of a member run side by side. */
function toBuildObjects({
  ownerId,
  namespace,
  limits,
  reach,
}: Pick<MemberWish, 'ownerId' | 'limits' | 'reach'> & { namespace: string }): KubernetesObject[] {
  const owned = { ...managed, [labels.user]: ownerId }
  const account: V1ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace, labels: owned },
    automountServiceAccountToken: false,
  }
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { ...owned, 'pod-security.kubernetes.io/enforce': 'baseline' } },
    } as KubernetesObject,
    account,
    // One more, since the pod of a build that was cancelled counts until it has ended.
    ...toBuildBounds({ namespace, labels: owned, limits, builds: limits.buildsPerUser + 1, keepsJobs: true }),
    toBuildPolicy({ namespace, labels: owned }, reach),
  ]
}

const api = 'rbac.authorization.k8s.io'
type Place = { readonly name: string; readonly namespace?: string }

function toRole(kind: 'ClusterRole' | 'Role', place: Place, granted: readonly Right[]) {
  const rules: V1PolicyRule[] = granted.map(({ group, resource, verbs }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [...verbs],
  }))
  return { apiVersion: `${api}/v1`, kind, metadata: { ...place, labels: { ...managed } }, rules }
}

function toBinding(
  kind: 'ClusterRoleBinding' | 'RoleBinding',
  place: Place,
  { role, person, of = place.name }: { role: 'ClusterRole' | 'Role'; person: string; of?: string },
) {
  return {
    apiVersion: `${api}/v1`,
    kind,
    metadata: { ...place, labels: { ...managed } },
    roleRef: { apiGroup: api, kind: role, name: of },
    subjects: [toSubject(person)],
  }
}

/** The API server names service accounts as it does users. */
function toSubject(person: string) {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(person)
  return account === null
    ? { kind: 'User', apiGroup: api, name: person }
    : { kind: 'ServiceAccount', namespace: account[1], name: account[2] }
}
