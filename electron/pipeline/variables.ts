import { createHash } from 'node:crypto'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { PlanEdits } from '../../shared/domain/plan.ts'
import type { StoredVariable, VariableChanges, VariableEdit } from '../../shared/domain/variable.ts'
import { byteLength, mostVariableBytes } from '../../shared/domain/variable-rules.ts'
import type { VariableRow } from '../database/rows.ts'

/** Throws `invalid_input` when the changes cannot be made to what is there. */
export function checkVariables(before: readonly VariableRow[], changes: VariableChanges): void {
  const named = new Map(before.map(one => [one.name, one]))
  for (const edit of changes.set) {
    const known = named.get(edit.name)
    const isKept = edit.value === undefined
    if (isKept && (known === undefined || (known.secretVersion !== null) !== edit.isSecret)) {
      throw new SlipwayError({
        code: 'invalid_input',
        message: `${edit.name} has no value.`,
        hint: 'Type its value: what is secret is never shown again, so it cannot be taken over.',
      })
    }
  }
  const gone = new Set([...changes.remove, ...changes.set.map(({ name }) => name)])
  const bytes = [
    ...before.filter(({ name }) => !gone.has(name)).map(one => one.name + (one.value ?? '')),
    ...changes.set.map(edit => edit.name + (edit.value ?? named.get(edit.name)?.value ?? '')),
  ].reduce((sum, text) => sum + byteLength(text), 0)
  if (bytes > mostVariableBytes) {
    throw new SlipwayError({
      code: 'invalid_input',
      message: 'All variables together have more than 128 KiB.',
      hint: 'Keep large values in a file, and give its path in a variable.',
    })
  }
}

/** By name, the values that go to the secret store. */
export const toSecretValues = (edits: readonly VariableEdit[]): ReadonlyMap<string, string> =>
  new Map(
    edits.flatMap(({ name, value, isSecret }) =>
      isSecret && value !== undefined ? [[name, value] as const] : [],
    ),
  )

export function toRow(
  edit: VariableEdit,
  known: VariableRow | undefined,
  versions: ReadonlyMap<string, string>,
): Pick<VariableRow, 'name' | 'scope' | 'value' | 'secretVersion'> {
  const { name, scope, isSecret } = edit
  return isSecret
    ? { name, scope, value: null, secretVersion: versions.get(name) ?? known?.secretVersion ?? null }
    : { name, scope, value: edit.value ?? known?.value ?? '', secretVersion: null }
}

/**
 * What decides over a build's artifact, as one text. Where it listens, how its readiness is found, and what runs before a
 * release does not.
 */
export function toFingerprint(from: {
  sha: string
  port: number | null
  planEdits: PlanEdits
  variables: readonly StoredVariable[]
}): string {
  const { sha, port, variables } = from
  const { healthPath: _path, worker: _worker, releaseCommand: _command, ...planEdits } = from.planEdits
  const edits = Object.entries(planEdits).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([sha, port, edits, variables]))
    .digest('hex')
}

/** Names of which one list has another variable than the other, or none. */
export function differingNames(
  a: readonly StoredVariable[],
  b: readonly StoredVariable[],
): ReadonlySet<string> {
  const onlyIn = (these: readonly StoredVariable[], others: readonly StoredVariable[]) => {
    const known = new Set(others.map(toText))
    return these.filter(one => !known.has(toText(one))).map(({ name }) => name)
  }
  return new Set([...onlyIn(a, b), ...onlyIn(b, a)])
}

const toText = (one: StoredVariable): string =>
  JSON.stringify([
    one.name,
    one.scope,
    'value' in one ? one.value : null,
    'value' in one ? null : one.secretVersion,
  ])
