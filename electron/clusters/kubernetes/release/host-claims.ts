import type { V1Ingress } from '@kubernetes/client-node'
import { SlipwayError } from '../../../../shared/domain/failure.ts'
import type { KubernetesApi } from '../api.ts'
import { orNothing } from '../closed-addresses.ts'
import { labels, managed } from '../names.ts'

/** Of cert-manager, for as long as a challenge takes. */
const solver = 'acme.cert-manager.io/http01-solver'
const oldClass = 'kubernetes.io/ingress.class'

interface Claim {
  readonly host: string
  readonly ingress: V1Ingress
}

/**
 * Fails when a host of the deployment leads to something else in the cluster already: of two that claim one, the ingress
 * controller serves either. Who may not see the Ingresses of others goes on.
 */
export async function requireFreeHosts(
  api: Pick<KubernetesApi, 'list'>,
  own: { deploymentId: string; ingress: V1Ingress | undefined },
): Promise<void> {
  const { ingress } = own
  if (ingress === undefined) return
  const there = await orNothing(api.list<V1Ingress>('Ingress', {}))
  const claim = findClaim(there, { deploymentId: own.deploymentId, ingress })
  if (claim !== undefined) throw toTaken(claim)
}

export function findClaim(
  there: readonly V1Ingress[],
  own: { deploymentId: string; ingress: V1Ingress },
): Claim | undefined {
  const hosts = hostsOf(own.ingress)
  const others = there.filter(
    one =>
      one.metadata?.labels?.[labels.deployment] !== own.deploymentId &&
      one.metadata?.labels?.[solver] === undefined &&
      isOfOneController(one, own.ingress),
  )
  for (const ingress of others) {
    const host = hostsOf(ingress).find(one => hosts.includes(one))
    if (host !== undefined) return { host, ingress }
  }
  return undefined
}

/** Hosts of which it takes all, not some path alone. */
const hostsOf = ({ spec }: V1Ingress): string[] =>
  (spec?.rules ?? []).flatMap(({ host, http }) =>
    host !== undefined && (http?.paths ?? []).some(({ path = '/' }) => path === '/') ? [host] : [],
  )

const classOf = ({ metadata, spec }: V1Ingress): string | undefined =>
  spec?.ingressClassName ?? metadata?.annotations?.[oldClass]

/** As far as it is said. */
function isOfOneController(one: V1Ingress, other: V1Ingress): boolean {
  const [first, second] = [classOf(one), classOf(other)]
  return first === undefined || second === undefined || first === second
}

function toTaken({ host, ingress: { metadata } }: Claim): SlipwayError {
  const isOfSlipway = metadata?.labels?.[labels.managedBy] === managed[labels.managedBy]
  const app = metadata?.labels?.[labels.name]
  const holder =
    isOfSlipway && app !== undefined ? `${app}, which another Slipway deployed` : 'something else'
  return new SlipwayError({
    code: 'name_taken',
    message: `${host} leads to ${holder}: the Ingress ${metadata?.name} in the namespace ${metadata?.namespace} has it.`,
    hint: 'Take the host away there, or give this deployment another name, then deploy again.',
  })
}
