import type { KubernetesObject } from '@kubernetes/client-node'
import { type FieldPath, toElementStep } from './field-paths.ts'

/** Where the field is in this very object, as JSON patch names it. */
export function toPointer(object: KubernetesObject, path: FieldPath): string {
  let at: unknown = object
  const parts = path.map(step => {
    const name = Array.isArray(at) ? at.findIndex(one => toElementStep(one) === step) : step
    at = (at as Record<string | number, unknown> | undefined)?.[name]
    return String(name).replaceAll('~', '~0').replaceAll('/', '~1')
  })
  return `/${parts.join('/')}`
}

/** The object without what is kept as others have set it. Lists of an Ingress are one field each: all of it stays theirs. */
export function without<T extends KubernetesObject>(object: T, kept: readonly FieldPath[]): T {
  const copy = structuredClone(object)
  for (const path of kept) {
    const list = path.findIndex(step => step.startsWith('['))
    removeAt(copy, object.kind === 'Ingress' && list > 0 ? path.slice(0, list) : path)
  }
  return copy
}

function removeAt(whole: unknown, path: FieldPath): void {
  const [step = '', ...rest] = path
  if (typeof whole !== 'object' || whole === null) return
  if (Array.isArray(whole)) {
    const at = whole.findIndex(one => toElementStep(one) === step)
    if (at >= 0 && rest.length === 0) whole.splice(at, 1)
    else removeAt(whole[at], rest)
    return
  }
  const fields = whole as Record<string, unknown>
  if (rest.length === 0) delete fields[step]
  else removeAt(fields[step], rest)
}
