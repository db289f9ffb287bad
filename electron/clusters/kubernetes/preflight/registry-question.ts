import { fetch } from 'undici'
import { type Finding, lack, ok, type PreflightContext, warning } from './check-task.ts'

const limitMs = 5000

/** Whether there is one, and what of it can be seen from here. That builds and nodes reach it is for the proofs to show. */
export async function askRegistry({ settings }: PreflightContext): Promise<Finding> {
  const { registry, context } = settings
  if (registry === null) {
    return lack(
      'The cluster announces no registry, and none is set: images have no place.',
      'Name a registry that builds can push to and nodes can pull from.',
      `slipway cluster add ${context} --registry HOST[/PATH]`,
    )
  }
  const [host = ''] = (registry.hostAddress ?? registry.address).split('/')
  const address = `${registry.isPlainHttp ? 'http' : 'https'}://${host}`
  try {
    const { status } = await fetch(`${address}/v2/`, {
      signal: AbortSignal.timeout(limitMs),
      redirect: 'manual',
    })
    if (status === 200) return ok(`${registry.address} answers, and asks for no password.`)
    if (status === 401) return ok(`${registry.address} answers, and asks for a password.`)
    return warning(
      `${registry.address} answers with ${status}, which no registry does.`,
      'See whether its address is right.',
    )
  } catch {
    return warning(
      `${registry.address} does not answer from this computer.`,
      'Builds and nodes may reach it all the same. Old images are deleted only where this computer reaches it too: say how.',
      `slipway cluster add ${context} --registry ${registry.address}${registry.isPlainHttp ? ' --registry-http' : ''} --registry-host HOST`,
    )
  }
}
