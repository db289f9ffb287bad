import type { V1SecurityContext } from '@kubernetes/client-node'
import type { ClusterSettings } from '../../../../shared/domain/cluster.ts'
import type { Failure } from '../../../../shared/domain/failure.ts'

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

/** One way to begin a build. `takesState`: with what BuildKit has of earlier builds. */
export interface Try {
  readonly tier: BuildTier
  readonly takesState: boolean
  /** Why it is tried, for the log. */
  readonly why: string
}

/** Undefined: it failed for good. What is left of earlier builds goes first, since it may be what does not let it begin. */
export function toNextTry(
  last: Pick<Try, 'tier' | 'takesState'> & {
    readonly failure: Failure
    /** It is known to be what is in the way. */
    readonly isOfState?: boolean | undefined
    /** It had some. */
    readonly usesState: boolean
  },
  settings: Pick<ClusterSettings, 'allowsPrivilegedBuilds'>,
): Try | undefined {
  const { tier, takesState, failure } = last
  const isUnfit = failure.code === 'cluster_unfit'
  if (last.usesState && (isUnfit || last.isOfState === true))
    return {
      tier,
      takesState: false,
      why: `${failure.message} Trying again without what earlier builds left.`,
    }
  const next = isUnfit ? nextTier(tier, settings) : undefined
  return next && { tier: next, takesState, why: `${failure.message} Trying again with more rights: ${next}.` }
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
