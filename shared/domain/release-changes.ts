import type { SizeName } from './size.ts'
import { sizeWords } from './size.ts'
import type { StoredVariable } from './variable.ts'

/** What a release runs with, beside its build. */
export interface ReleaseConfiguration {
  readonly port: number | null
  /** Empty: a connection is enough. */
  readonly healthPath: string
  readonly isWorker: boolean
  readonly size: SizeName
  readonly variables: readonly StoredVariable[]
}

/** In which ways a release is not configured as the one before it: variables by name, since values may be long or secret. */
export function findChanges(before: ReleaseConfiguration, after: ReleaseConfiguration): string[] {
  const toWord = (port: number | null) => (port === null ? 'found' : String(port))
  return [
    ...(before.port === after.port ? [] : [`port ${toWord(before.port)} to ${toWord(after.port)}`]),
    ...(before.size === after.size ? [] : [`size ${sizeWords[before.size]} to ${sizeWords[after.size]}`]),
    ...(before.healthPath === after.healthPath
      ? []
      : [`health path ${before.healthPath || 'none'} to ${after.healthPath || 'none'}`]),
    ...(before.isWorker === after.isWorker ? [] : [after.isWorker ? 'a worker now' : 'no worker any more']),
    ...findVariableChanges(before.variables, after.variables),
  ]
}

function findVariableChanges(before: readonly StoredVariable[], after: readonly StoredVariable[]): string[] {
  const old = new Map(before.map(one => [one.name, toFact(one)]))
  const names = new Set(after.map(one => one.name))
  return [
    ...after
      .filter(one => old.get(one.name) !== toFact(one))
      .map(({ name }) => `${name} ${old.has(name) ? 'changed' : 'added'}`),
    ...before.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} removed`),
  ]
}

const toFact = (one: StoredVariable): string =>
  JSON.stringify('value' in one ? [one.value] : one.secretVersion)
