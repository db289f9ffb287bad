import { SlipwayError } from '../../../../shared/domain/failure.ts'
import type { RegistryAccess } from '../registry/access.ts'
import { createRegistryClient } from '../registry.ts'
import { type Finding, lackOfBuilds, ok, type PreflightContext, warning } from './check-task.ts'

/** Whether there is one, and what of it can be seen from here. That builds and nodes reach it is for the proofs to show. */
export async function askRegistry({ settings, registry: access }: PreflightContext): Promise<Finding> {
  const { context, registryUser } = settings
  if (access === undefined) {
    return lackOfBuilds(
      'The cluster announces no registry that you may see, and none is set: what is built has no place.',
      `Install one in the cluster, or name one that builds push to and nodes pull from: slipway cluster add ${context} --registry HOST[/PATH]`,
      `slipway cluster registry install ${context}`,
    )
  }
  const { address } = access.registry
  try {
    const status = await createRegistryClient(access).ping()
    if (status !== 200) {
      return warning(
        `${address} answers with ${status}, which no registry does.`,
        'See whether its address is right.',
      )
    }
    return toApartness({ address, registryUser, context })
  } catch (error) {
    return toFinding(error, access, context)
  }
}

/** How far the images of users are apart: a registry knows logins, not users, and Slipway has one login for all of a cluster. */
function toApartness(from: { address: string; registryUser: string | null; context: string }): Finding {
  const { address, registryUser, context } = from
  if (registryUser === null) {
    return warning(
      `${address} answers, and asks for no password: whoever reaches it can read and replace the images of every user.`,
      'Where users do not trust each other, let it ask for one, and set who Slipway is there.',
      `slipway cluster add ${context} --registry-user USER`,
    )
  }
  return ok(
    `${address} answers, and lets ${registryUser} in. All users share this login: whoever reads it in their own namespace can read and replace the images of every user. Those who do not trust each other need a Slipway each, with a login for a path of their own.`,
  )
}

/** Order is the specification: the first that applies. */
function toFinding(error: unknown, { registry }: RegistryAccess, context: string): Finding {
  const { address, isPlainHttp, isInstalled } = registry
  const known = [error, causeOf(error)].find(one => one instanceof SlipwayError)?.failure
  if (known?.code === 'registry_denied')
    return lackOfBuilds(known.message, known.hint, `slipway cluster add ${context} --registry-user USER`)
  if (known?.code === 'secrets_unavailable') return lackOfBuilds(known.message, known.hint)
  if (isInstalled) {
    return lackOfBuilds(
      known?.message ?? 'The registry that Slipway installed does not answer.',
      'Install it again, which loses no image, and see what it says.',
      `slipway cluster registry install ${context}`,
    )
  }
  if (isUntrusted(error)) {
    return warning(
      `${address} does not prove to this computer what it is.`,
      'Set the certificate of who vouches for it. The nodes need it in the configuration of their container runtime.',
      `slipway cluster add ${context} --registry-ca FILE`,
    )
  }
  return warning(
    `${address} does not answer from this computer.`,
    'Builds and nodes may reach it all the same. Old images are deleted only where this computer reaches it too: say how.',
    `slipway cluster add ${context} --registry ${address}${isPlainHttp ? ' --registry-http' : ''} --registry-host HOST`,
  )
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined)

/** Whatever Node says of a certificate it does not take. */
function isUntrusted(error: unknown): boolean {
  const cause = causeOf(error)
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return /CERT|SELF_SIGNED|VERIFY|ALTNAME/.test(code)
}
