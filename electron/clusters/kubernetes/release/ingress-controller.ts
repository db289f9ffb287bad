import type { KubernetesObject, V1IngressClass } from '@kubernetes/client-node'
import type { KubernetesApi } from '../api.ts'
import { orNothing } from '../closed-addresses.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'

const defaultClass = 'ingressclass.kubernetes.io/is-default-class'
/** As they are in the name of the controller and in the label `app.kubernetes.io/name` of its pods. */
const controllerNames = ['traefik', 'ingress-nginx', 'haproxy-ingress', 'kong', 'contour'] as const
export type IngressController = (typeof controllerNames)[number]

type Deps = Pick<KubernetesContext, 'settings'> & { readonly api: Pick<KubernetesApi, 'find' | 'list'> }

/** Which program serves the Ingresses of apps; undefined where it is none that Slipway knows. */
export async function findIngressController({ api, settings }: Deps): Promise<IngressController | undefined> {
  const classes = await orNothing(api.list<V1IngressClass>('IngressClass', {}))
  const chosen = classes.find(one =>
    settings.ingressClass === null
      ? one.metadata?.annotations?.[defaultClass] === 'true'
      : one.metadata?.name === settings.ingressClass,
  )
  return controllerNames.find(name => chosen?.spec?.controller?.includes(name))
}

const redirectMiddleware = 'slipway-https'

/**
 * How the controller is told to send http on to https: annotations of the Ingress, and for Traefik an object beside it. Traefik
 * without its own kinds of objects cannot be told for one Ingress, and answers http as well.
 */
export async function findRedirect(
  { api, settings }: Deps,
  namespace: string,
): Promise<{ annotations: Record<string, string>; object: KubernetesObject | undefined }> {
  const controller = await findIngressController({ api, settings })
  const plain = (annotations: Record<string, string>) => ({ annotations, object: undefined })
  if (controller === 'ingress-nginx') return plain({ 'nginx.ingress.kubernetes.io/ssl-redirect': 'true' })
  if (controller === 'haproxy-ingress') return plain({ 'haproxy-ingress.github.io/ssl-redirect': 'true' })
  if (controller === 'kong')
    return plain({ 'konghq.com/protocols': 'https', 'konghq.com/https-redirect-status-code': '308' })
  if (controller === 'contour') return plain({ 'ingress.kubernetes.io/force-ssl-redirect': 'true' })
  if (controller !== 'traefik' || (await api.find('/apis/traefik.io/v1alpha1')) === undefined)
    return plain({})
  const middleware = {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'Middleware',
    metadata: { name: redirectMiddleware, namespace },
    spec: { redirectScheme: { scheme: 'https', permanent: true } },
  }
  return {
    annotations: {
      'traefik.ingress.kubernetes.io/router.middlewares': `${namespace}-${redirectMiddleware}@kubernetescrd`,
    },
    object: middleware,
  }
}
