import type { StoredVariable } from '../../shared/domain/variable.ts'
import type { VariableRow } from './rows.ts'

/** A variable as builds and releases keep it. The table holds exactly one of value and version. */
export const toStored = ({ name, scope, value, secretVersion }: VariableRow): StoredVariable =>
  secretVersion === null ? { name, scope, value: value ?? '' } : { name, scope, secretVersion }
