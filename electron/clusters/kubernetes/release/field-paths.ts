import type { KubernetesObject } from '@kubernetes/client-node'

/** On each object: which fields Slipway gave it, so that one that is not there is told from one that it did not know then. */
export const fieldsAnnotation = 'slipway.dev/fields'

/** Where a field is: names of fields, and `[name=app]` for an element of a list. */
export type FieldPath = readonly string[]

/** Who set a field last. `subresource`: through which part of the API, such as `scale`. */
export interface FieldOwner {
  readonly manager: string
  readonly operation: string
  readonly subresource: string | undefined
  /** When it set something last. */
  readonly time: string
  readonly path: FieldPath
}

type Fields = { readonly [key: string]: Fields }

/** By which elements of a list are told apart, whatever their place in it. */
const elementKeys = ['mountPath', 'name', 'host', 'containerPort', 'port', 'secretName', 'path'] as const

export function toElementStep(element: unknown): string | undefined {
  if (typeof element !== 'object' || element === null) return undefined
  const key = elementKeys.find(one => Object.hasOwn(element, one))
  return key === undefined ? undefined : `[${key}=${String((element as Record<string, unknown>)[key])}]`
}

/** The field itself, or one that it is a part of or that is a part of it. */
export const isWithin = (path: FieldPath, whole: FieldPath): boolean =>
  whole.length <= path.length && whole.every((step, at) => step === path[at])

/** Every field that somebody has set, as the object says. */
export function toOwners(object: KubernetesObject): FieldOwner[] {
  return (object.metadata?.managedFields ?? []).flatMap(entry => {
    const { manager = '', operation = '', subresource, time } = entry
    const at = time === undefined ? '' : new Date(time).toISOString()
    return toPaths((entry.fieldsV1 ?? {}) as Fields, object, []).map(path => ({
      ...{ manager, operation, subresource, path },
      time: at,
    }))
  })
}

/** The part of the object that the manager applied. Undefined where the object does not say. */
export function toApplied<T extends KubernetesObject>(object: T, manager: string): T | undefined {
  const own = object.metadata?.managedFields?.find(
    one => one.manager === manager && one.operation === 'Apply' && !one.subresource,
  )
  return own === undefined ? undefined : (extract(object, (own.fieldsV1 ?? {}) as Fields) as T)
}

function toPaths(fields: Fields, value: unknown, path: FieldPath): FieldPath[] {
  const below = Object.entries(fields).filter(([key]) => key !== '.')
  // With the dot alone, what is in it is nobody's.
  if (below.length === 0) return '.' in fields ? [] : [path]
  return below.flatMap(([key, sub]) => {
    const found = step(value, key)
    return found === undefined ? [] : toPaths(sub, found.value, [...path, found.name])
  })
}

function extract(value: unknown, fields: Fields): unknown {
  const below = Object.entries(fields).filter(([key]) => key !== '.')
  if (below.length === 0) return value
  const found = below.flatMap(([key, sub]) => {
    const one = step(value, key)
    if (one === undefined) return []
    const part = extract(one.value, sub)
    const isElement = key.startsWith('k:') && typeof part === 'object'
    return [[one.name, isElement ? { ...toKey(key), ...part } : part] as const]
  })
  return Array.isArray(value) ? found.map(([, part]) => part) : Object.fromEntries(found)
}

/** One step of `fieldsV1`: `f:` a field, `k:` an element by its keys, `v:` a value of a set. */
function step(value: unknown, key: string): { name: string; value: unknown } | undefined {
  const rest = key.slice(2)
  if (key.startsWith('f:')) {
    const found = (value as Record<string, unknown> | undefined)?.[rest]
    return found === undefined ? undefined : { name: rest, value: found }
  }
  if (!Array.isArray(value)) return undefined
  if (key.startsWith('k:')) {
    const wanted = Object.entries(toKey(key))
    const found = value.find(one => wanted.every(([name, is]) => one?.[name] === is))
    return found === undefined ? undefined : { name: toElementStep(found) ?? rest, value: found }
  }
  const found = value.find(one => JSON.stringify(one) === rest)
  return found === undefined ? undefined : { name: `[${rest}]`, value: found }
}

const toKey = (key: string): Record<string, unknown> => JSON.parse(key.slice(2)) as Record<string, unknown>
