import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '@kubernetes/client-node'
import type { Difference } from '../../../../shared/domain/drift.ts'
import { fieldManager, labels } from '../names.ts'
import { toNumber } from '../quantity.ts'
import {
  type FieldOwner,
  type FieldPath,
  fieldsAnnotation,
  isWithin,
  toElementStep,
  toOwners,
} from './field-paths.ts'
import { toFieldWords } from './field-words.ts'

/** A difference, and where it is. */
export interface PlacedDifference extends Difference {
  readonly path: FieldPath
}

type Tree = Record<string, unknown>
interface Found {
  readonly is: 'changed' | 'added' | 'removed'
  readonly path: FieldPath
  readonly wanted: unknown
  readonly found: unknown
}

/** What scales by itself is no drift. */
const autoscalers: ReadonlySet<string> = new Set(['kube-controller-manager', 'keda', 'keda-operator'])

const isOfReplicas = ({ path }: { path: FieldPath }): boolean => path.join('.') === 'spec.replicas'

/** Something in the cluster chooses the number of its instances. */
export const isScaledByItself = (live: KubernetesObject): boolean =>
  toOwners(live).some(one => isOfReplicas(one) && autoscalers.has(one.manager))

/** The object with a mark of which fields it has. */
export function withFields<T extends KubernetesObject>(object: T): T {
  const annotations = { ...object.metadata?.annotations, [fieldsAnnotation]: toFieldsMark(object) }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/**
 * What others have changed in an object that Slipway applied. What the server adds belongs to nobody, and what Slipway still owns is
 * its own older wish, so that neither is told.
 */
export function findChanges(wanted: KubernetesObject, live: KubernetesObject): PlacedDifference[] {
  const owners = toOwners(live).filter(one => one.subresource !== 'status')
  const isOwn = (one: FieldOwner) => one.manager === fieldManager && one.operation === 'Apply'
  const own = owners.filter(isOwn).map(one => one.path)
  const others = owners.filter(one => !isOwn(one))
  const ownerOf = (path: FieldPath) =>
    others.find(one => isWithin(path, one.path) || isWithin(one.path, path))
  const isAsMade = live.metadata?.annotations?.[fieldsAnnotation] === toFieldsMark(wanted)
  const isDrift = ({ is, path }: Found): boolean => {
    if (own.some(one => isWithin(path, one))) return false
    const by = ownerOf(path)
    if (is === 'removed') return isAsMade
    if (is === 'added') return by !== undefined
    return !(isOfReplicas({ path }) && autoscalers.has(by?.manager ?? ''))
  }
  return [...compare(toCompared(wanted), toCompared(live), [])]
    .filter(isDrift)
    .map(one => toDifference(one, wanted, ownerOf(one.path)))
}

/** Names, kinds and annotations are not what an object does; of the labels, those that are ours are. */
function toCompared({ metadata, ...rest }: KubernetesObject): Tree {
  const { spec } = rest as { spec?: Tree }
  const own: readonly string[] = Object.values(labels)
  const ours = Object.entries(metadata?.labels ?? {}).filter(([name]) => own.includes(name))
  return { metadata: { labels: Object.fromEntries(ours) }, spec: withoutAnnotations(spec ?? {}) }
}

/** Those of pods tell when somebody restarted them. */
function withoutAnnotations(spec: Tree): Tree {
  const { template, ...rest } = spec as { template?: { metadata?: Tree } & Tree }
  if (template === undefined) return spec
  const { annotations: _, ...metadata } = template.metadata ?? {}
  return { ...rest, template: { ...template, metadata } }
}

function* compare(wanted: unknown, live: unknown, path: FieldPath): Generator<Found> {
  if (isTree(wanted) && isTree(live)) {
    for (const name of new Set([...Object.keys(wanted), ...Object.keys(live)]))
      yield* compareParts(wanted[name], live[name], [...path, name])
    return
  }
  const [ofWanted, ofLive] = [toElements(wanted), toElements(live)]
  if (ofWanted !== undefined && ofLive !== undefined) {
    for (const name of new Set([...ofWanted.keys(), ...ofLive.keys()]))
      yield* compareParts(ofWanted.get(name), ofLive.get(name), [...path, name])
    return
  }
  if (!isSame(wanted, live)) yield { is: 'changed', path, wanted, found: live }
}

function* compareParts(wanted: unknown, live: unknown, path: FieldPath): Generator<Found> {
  if (wanted !== undefined && live !== undefined) yield* compare(wanted, live, path)
  else if (live !== undefined) yield { is: 'added', path, wanted, found: live }
  else if (wanted !== undefined) yield { is: 'removed', path, wanted, found: live }
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined for what is no list of things that can be told apart. */
function toElements(value: unknown): Map<string, unknown> | undefined {
  if (!Array.isArray(value)) return undefined
  const steps = value.map(toElementStep)
  if (steps.some(one => one === undefined)) return undefined
  return new Map(value.map((element, at) => [steps[at] ?? '', element]))
}

/** `1000m` is what the server writes as `1`. */
function isSame(wanted: unknown, live: unknown): boolean {
  if (isDeepStrictEqual(wanted, live)) return true
  const [one, other] = [toQuantity(wanted), toQuantity(live)]
  return one !== undefined && one === other
}

const toQuantity = (value: unknown): number | undefined =>
  /^\d+(?:\.\d+)?[a-zA-Z]{0,2}$/.test(String(value)) ? toNumber(String(value)) : undefined

function toDifference(
  { is, path, wanted, found }: Found,
  { kind = '', metadata }: KubernetesObject,
  owner: FieldOwner | undefined,
): PlacedDifference {
  const { field, isShown } = toFieldWords(kind, path)
  const shown = (value: unknown) =>
    isShown && value !== undefined && typeof value !== 'object' ? String(value) : null
  // What is not shown is told from what it becomes next by when it was set.
  const state = isShown ? JSON.stringify(found) : owner?.time
  return {
    key: [kind, metadata?.name, is, ...path, state ?? ''].join(' '),
    is,
    object: { kind, name: metadata?.name ?? '' },
    field,
    wanted: shown(wanted),
    found: shown(found),
    by: owner?.manager ?? null,
    path,
  }
}

/** An object as a whole. `uid`: of one that is there. */
export function toWhole(is: 'missing' | 'extra', object: KubernetesObject): PlacedDifference {
  const { kind = '', metadata } = object
  const name = metadata?.name ?? ''
  const by = is === 'extra' ? (metadata?.managedFields?.[0]?.manager ?? null) : null
  const key = [kind, name, is, is === 'extra' ? (metadata?.uid ?? '') : ''].join(' ')
  return { key, is, object: { kind, name }, field: '', wanted: null, found: null, by, path: [] }
}

/** Whatever values they have. */
function toFieldsMark(object: KubernetesObject): string {
  const paths = [...toLeaves(toCompared(object), [])].map(path => path.join('/')).sort()
  return createHash('sha256').update(paths.join('\n')).digest('hex').slice(0, 16)
}

function* toLeaves(value: unknown, path: FieldPath): Generator<FieldPath> {
  const parts = isTree(value) ? Object.entries(value) : [...(toElements(value) ?? [])]
  if (parts.length === 0) yield path
  else for (const [name, part] of parts) if (part !== undefined) yield* toLeaves(part, [...path, name])
}
