import { ulid } from 'ulid'
import type { Check, PreflightEvent } from '../../../../shared/domain/cluster.ts'
import { ApiError, toClusterFailure } from '../api-failure.ts'
import { explainBuildkit } from '../build/buildkit-failure.ts'
import type { BuildTier } from '../build/tiers.ts'
import { toPullName } from '../registry/access.ts'
import { createRegistryClient } from '../registry.ts'
import { type BuildProof, proofRepository, proveBuild } from './build-proof.ts'
import { type Finding, lack, ok, type PreflightContext, warning } from './check-task.ts'
import { proveNetworkPolicy } from './network-proof.ts'
import { removeLeftovers } from './proof-pods.ts'
import { provePull } from './pull-proof.ts'

const proofsMs = 90_000

const named = [
  { name: 'network-policy', title: 'Network policies' },
  { name: 'builder', title: 'Builds' },
  { name: 'push', title: 'Push of images' },
  { name: 'pull', title: 'Pull of images' },
] as const
type Name = (typeof named)[number]['name']

/**
 * Tries in the cluster what cannot be asked, within 90 seconds, and leaves nothing.
 */
export async function* runProofs(
  context: PreflightContext,
  given: AbortSignal | undefined,
): AsyncGenerator<PreflightEvent> {
  for (const proof of named) yield { ...proof, check: null }
  const broken = new AbortController()
  const signal = AbortSignal.any([
    broken.signal,
    AbortSignal.timeout(proofsMs),
    ...(given === undefined ? [] : [given]),
  ])
  const proofs = start(context, signal)
  const waiting = new Map(named.map(proof => [proof.name, toEvent(proof, proofs[proof.name])]))
  try {
    while (waiting.size > 0) {
      const event = await Promise.race(waiting.values())
      waiting.delete(event.name as Name)
      yield event
    }
  } finally {
    // Whoever broke off waits until nothing is left.
    broken.abort()
    await Promise.allSettled(Object.values(proofs))
  }
}

async function toEvent(proof: (typeof named)[number], finding: Promise<Finding>): Promise<PreflightEvent> {
  const check: Check = { ...proof, ...(await finding) }
  return { ...proof, check }
}

function start(context: PreflightContext, signal: AbortSignal): Record<Name, Promise<Finding>> {
  const { api, settings, registry, now } = context
  const id = ulid().toLowerCase()
  const guarded = (proof: Promise<Finding>): Promise<Finding> =>
    proof.catch(error => toUnproven(error, settings.context, signal))
  const ready = removeLeftovers(api, now())
  const network = ready.then(() =>
    proveNetworkPolicy(context, { namespace: `slipway-preflight-${id}-network`, signal }),
  )
  const build = ready.then(() =>
    registry === undefined ? undefined : proveBuild(context, { id, access: registry, signal }),
  )
  const pull = build.then(async proof => {
    if (registry === undefined || proof?.state !== 'pushed') return notTried
    const image = `${toPullName(registry.registry, proofRepository)}@${proof.digest}`
    try {
      return await provePull(context, {
        namespace: `slipway-preflight-${id}-pull`,
        image,
        access: registry,
        signal,
      })
    } finally {
      await createRegistryClient(registry)
        .remove(proofRepository, proof.digest)
        // A registry that cannot be reached from here, or keeps all, keeps a few bytes.
        .catch(() => undefined)
    }
  })
  return {
    'network-policy': guarded(network),
    builder: guarded(build.then(proof => toBuilderFinding(proof, settings.context))),
    push: guarded(build.then(proof => toPushFinding(proof, settings))),
    pull: guarded(pull),
  }
}

const notTried = warning(
  'It was not tried: nothing was pushed.',
  'Mend what is said above, then check again.',
)

const tierWords: Readonly<Record<BuildTier, Finding>> = {
  unprivileged: ok('They work without privileges.'),
  unconfined: warning(
    'They work, without the confinement by seccomp and AppArmor that this cluster has for pods.',
    'Their namespaces are labelled privileged for that. Deploy only code that you trust here.',
  ),
  privileged: warning(
    'They work only as privileged pods, which can take over their node.',
    'Deploy only code that you trust here, or allow user namespaces on the nodes.',
  ),
}

function toBuilderFinding(proof: BuildProof | undefined, context: string): Finding {
  if (proof === undefined) return notTried
  if (proof.state === 'pushed') return tierWords[proof.tier]
  if (proof.isBuilt) return ok('They work.')
  return lack(
    `A build of two lines failed: ${proof.said}`,
    'The nodes have to admit user namespaces, or privileged builds have to be allowed.',
    `slipway cluster add ${context} --privileged-builds`,
  )
}

function toPushFinding(proof: BuildProof | undefined, settings: PreflightContext['settings']): Finding {
  const { registry, registryUser } = settings
  if (proof === undefined || (proof.state === 'failed' && !proof.isBuilt)) return notTried
  const address = registry?.address ?? ''
  if (proof.state === 'pushed') return ok(`A build pushed to ${address}.`)
  const said = explainBuildkit({ errors: [proof.said], registry: address, registryUser, limits: settings })
  if (said?.code === 'registry_denied') return lack(said.message, said.hint)
  return lack(
    `A build cannot push to ${address}: ${proof.said}`,
    'See whether its address is right and builds may write there.',
  )
}

function toUnproven(error: unknown, context: string, signal: AbortSignal): Finding {
  if (signal.aborted)
    return warning('It was not finished: it took too long, or was broken off.', 'Check again.')
  if (error instanceof ApiError && error.status === 403)
    return warning('You may not try it here.', 'Whoever runs the cluster, or an owner, can.')
  const { message, hint } = toClusterFailure(error, context).failure
  return warning(message, hint)
}
