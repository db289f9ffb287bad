import type { FieldPath } from './field-paths.ts'
import { containerName } from './manifests.ts'

/** Fields whose values are shown; others may hold what is secret, such as variables and commands. */
const shownFields: readonly RegExp[] = [
  /^(?:replicas|image|type|ingress class|port of the container)$/,
  /^(?:request|limit) of \w+$/,
  /^label \S+(?: of pods)?$/,
  /^port \S+(?: \w+)?$/,
]

const names: Readonly<Record<string, string>> = {
  readinessProbe: 'readiness probe',
  startupProbe: 'startup probe',
  livenessProbe: 'liveness probe',
  securityContext: 'security context',
  imagePullSecrets: 'login for the registry',
  envFrom: 'variables from Secrets',
  args: 'arguments',
  ingressClassName: 'ingress class',
  terminationGracePeriodSeconds: 'time to stop (seconds)',
}

/** A field in words: `image`, `env PORT`, `host shop.example`. `isShown`: its value may be. */
export function toFieldWords(kind: string, path: FieldPath): { field: string; isShown: boolean } {
  const field =
    kind === 'Ingress' ? toIngressWords(path) : kind === 'Service' ? toServiceWords(path) : toPodWords(path)
  return { field, isShown: shownFields.some(one => one.test(field)) }
}

const toValue = (step: string | undefined): string => /^\[\w+=(.*)\]$/.exec(step ?? '')?.[1] ?? step ?? ''

const toRest = (steps: FieldPath): string => steps.map(step => names[step] ?? toValue(step)).join(' ')

function toCommonWords([first, second, third, ...rest]: FieldPath): string {
  if (first === 'metadata' && second === 'labels') return `label ${third}`
  return toRest([second ?? first ?? '', ...(third === undefined ? [] : [third]), ...rest])
}

function toIngressWords(path: FieldPath): string {
  const [, list, element, ...rest] = path
  if (list === 'rules' && element !== undefined)
    return [`host ${toValue(element)}`, toRest(rest)].filter(Boolean).join(' ')
  if (list === 'tls') return 'certificates'
  return toCommonWords(path)
}

function toServiceWords(path: FieldPath): string {
  const [, list, element, ...rest] = path
  if (list === 'ports' && element !== undefined)
    return [`port ${toValue(element)}`, toRest(rest.filter(step => step !== 'port'))]
      .filter(Boolean)
      .join(' ')
  return toCommonWords(path)
}

function toPodWords(path: FieldPath): string {
  const [, part, ofTemplate, ...inPod] = path
  if (part !== 'template') return toCommonWords(path)
  if (ofTemplate === 'metadata') return `label ${inPod.at(-1)} of pods`
  const [list, element, ...rest] = inPod
  if (list !== 'containers') return toRest(inPod)
  const name = toValue(element)
  if (rest.length === 0) return `container ${name}`
  const words = toContainerWords(rest)
  return name === containerName ? words : `${words} of container ${name}`
}

function toContainerWords([field = '', element, ...rest]: FieldPath): string {
  if (field === 'env' && element !== undefined) return `env ${toValue(element)}`
  if (field === 'ports' && element !== undefined) return `port of the container`
  if (field === 'resources' && rest.length > 0)
    return `${element === 'limits' ? 'limit' : 'request'} of ${toValue(rest[0])}`
  return toRest([field, ...(element === undefined ? [] : [element]), ...rest])
}
