import type { V1SecurityContext } from '@kubernetes/client-node'
import type { ClusterSettings } from '../../../../shared/domain/cluster.ts'

/**
 * How much a build may, least first. `unprivileged`: what Pod Security calls baseline, as long as nodes leave system calls
 * unfiltered where a pod names no profile. `unconfined`: says so, which only a namespace above baseline lets in. `privileged`:
 * may do all on its node; only where that is allowed for the cluster.
 */
export const buildTiers = ['unprivileged', 'unconfined', 'privileged'] as const
export type BuildTier = (typeof buildTiers)[number]

/** The next to try when a cluster does not let a build begin; undefined when there is none. */
export function nextTier(
  tier: BuildTier,
  { allowsPrivilegedBuilds }: Pick<ClusterSettings, 'allowsPrivilegedBuilds'>,
): BuildTier | undefined {
  if (tier === 'unprivileged') return 'unconfined'
  return tier === 'unconfined' && allowsPrivilegedBuilds ? 'privileged' : undefined
}

/** The level of Pod Security that a namespace has to allow. */
export const toSecurityLevel = (tier: BuildTier): 'baseline' | 'privileged' =>
  tier === 'unprivileged' ? 'baseline' : 'privileged'

/** Of BuildKit's container. Mapping users takes two capabilities, and that a program may raise its rights to them. */
export function toSecurityContext(tier: BuildTier): V1SecurityContext {
  if (tier === 'privileged') return { privileged: true }
  const capabilities = { drop: ['ALL'], add: ['SETUID', 'SETGID'] }
  if (tier === 'unprivileged') return { capabilities }
  const unconfined = { type: 'Unconfined' }
  return { capabilities, seccompProfile: unconfined, appArmorProfile: unconfined }
}
