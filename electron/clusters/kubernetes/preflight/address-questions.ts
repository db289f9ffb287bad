import { lookup } from 'node:dns/promises'
import type { KubernetesObject, V1IngressClass, V1Service } from '@kubernetes/client-node'
import { findIngressController, findRedirect } from '../release/ingress-controller.ts'
import { type Finding, lack, ok, type PreflightContext, warning } from './check-task.ts'

export async function askIngressClass({ api, settings }: PreflightContext): Promise<Finding> {
  const classes = await api.list<V1IngressClass>('IngressClass', {})
  const names = classes.map(one => one.metadata?.name ?? '')
  const { ingressClass, context } = settings
  if (ingressClass !== null) {
    if (names.includes(ingressClass)) return ok(`Apps are reached through ${ingressClass}.`)
    return lack(
      `There is no ingress class ${ingressClass}. ${names.length === 0 ? 'There is none at all.' : `There is: ${names.join(', ')}.`}`,
      'Choose one that is there.',
      `slipway cluster add ${context} --ingress-class "${names[0] ?? ''}"`,
    )
  }
  const standard = classes.find(
    one => one.metadata?.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
  )
  if (standard !== undefined) return ok(`Apps are reached through ${standard.metadata?.name}, the default.`)
  if (names.length > 0) {
    return warning(
      `None of ${names.join(', ')} is the default ingress class.`,
      'Choose one; apps answer through Slipway alone until then.',
      `slipway cluster add ${context} --ingress-class ${names[0]}`,
    )
  }
  return warning(
    'There is no ingress controller: apps answer through Slipway alone, while it is open.',
    'Install one, such as Traefik.',
  )
}

/** Where requests from outside come in, and whether the base domain leads there. */
export async function askEntry({ api, settings }: PreflightContext): Promise<Finding> {
  const { baseDomain, context } = settings
  const services = await api.list<V1Service>('Service', {}).catch(() => undefined)
  const addresses = [
    ...new Set(
      (services ?? []).flatMap(one =>
        (one.status?.loadBalancer?.ingress ?? []).flatMap(entry => entry.hostname ?? entry.ip ?? []),
      ),
    ),
  ]
  const entry = addresses.length === 0 ? '' : ` Requests from outside come in at ${addresses.join(', ')}.`
  if (baseDomain === null) {
    return warning(
      `No base domain is set: apps answer through Slipway alone.${entry}`,
      `Point a wildcard DNS record of a domain of yours at ${addresses[0] ?? 'the ingress controller'}, and name the domain.`,
      `slipway cluster add ${context} --base-domain apps.example.com`,
    )
  }
  // Any name below it will do; this one is nobody's app.
  const found = await lookup(`slipway-preflight.${baseDomain}`, { all: true }).catch(() => [])
  const known = found.map(one => one.address)
  if (known.length === 0) {
    const target = addresses[0]
    return warning(
      `Names below ${baseDomain} are not known to DNS on this computer.${entry}`,
      `Make the record *.${baseDomain}${target === undefined ? ' for the ingress controller' : ` ${/^[\d.]+$/.test(target) ? 'A' : /:/.test(target) ? 'AAAA' : 'CNAME'} ${target}`}.`,
    )
  }
  const isElsewhere =
    addresses.length > 0 &&
    !known.some(one => addresses.includes(one)) &&
    addresses.every(one => /^[\d.:a-f]+$/.test(one))
  return isElsewhere
    ? warning(
        `Names below ${baseDomain} lead to ${known.join(', ')}.${entry}`,
        'That is right where a proxy or a router stands in between; else correct the DNS record.',
      )
    : ok(`Names below ${baseDomain} lead to ${known.join(', ')}.`)
}

interface Issuer extends KubernetesObject {
  status?: { conditions?: { type: string; status: string; message?: string }[] }
}

export async function askIssuer({ api, settings }: PreflightContext): Promise<Finding> {
  const { issuer, context } = settings
  if ((await api.find('/apis/cert-manager.io/v1')) === undefined) {
    return issuer === null
      ? warning(
          'There is no cert-manager: apps answer by http, not https.',
          'Install cert-manager and an issuer.',
        )
      : lack(
          `The issuer ${issuer} needs cert-manager, which is not there.`,
          'Install it, or set no issuer.',
          `slipway cluster add ${context} --issuer ""`,
        )
  }
  const issuers = await api.list<Issuer>('ClusterIssuer', {})
  const names = issuers.map(one => one.metadata?.name ?? '')
  if (issuer === null) {
    return warning(
      `No issuer is set: apps answer by http, not https. ${names.length === 0 ? 'There is no ClusterIssuer.' : `There is: ${names.join(', ')}.`}`,
      names.length === 0 ? 'Make a ClusterIssuer, then name it.' : 'Choose one.',
      `slipway cluster add ${context} --issuer ${names[0] ?? 'NAME'}`,
    )
  }
  const chosen = issuers.find(one => one.metadata?.name === issuer)
  if (chosen === undefined) {
    return lack(
      `There is no ClusterIssuer ${issuer}. ${names.length === 0 ? 'There is none at all.' : `There is: ${names.join(', ')}.`}`,
      'Choose one that is there.',
      `slipway cluster add ${context} --issuer "${names[0] ?? ''}"`,
    )
  }
  const ready = chosen.status?.conditions?.find(one => one.type === 'Ready')
  return ready?.status === 'True'
    ? ok(`Certificates come from ${issuer}. ${await askRedirect({ api, settings })}`)
    : warning(
        `The issuer ${issuer} is not ready${ready?.message ? `: ${ready.message}` : ''}.`,
        'See what it says about itself.',
        `kubectl describe clusterissuer ${issuer}`,
      )
}

/** What becomes of requests by http, as a sentence. */
async function askRedirect(deps: Pick<PreflightContext, 'api' | 'settings'>): Promise<string> {
  const { annotations } = await findRedirect(deps, 'any')
  if (Object.keys(annotations).length > 0) return 'http is sent on to https.'
  return (await findIngressController(deps)) === 'traefik'
    ? 'http is answered, too: Traefik has no Middlewares here, and sends on to https only for all apps, where --entrypoints.web.http.redirections.entrypoint.to=websecure is set.'
    : 'http is answered, too, unless the ingress controller sends all of it on to https.'
}
