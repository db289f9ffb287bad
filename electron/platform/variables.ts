import { isAtBuild, isAtRun, type VariableList } from '../../shared/domain/variable.ts'
import type { Reader } from '../database/reader.ts'
import { toStored } from '../database/stored-variable.ts'
import { differingNames } from '../pipeline/variables.ts'

/** As people see them: of a secret only that it is set. `isPending`: what serves knows another one, or none. */
export function listVariables(reader: Reader, deploymentId: string): VariableList {
  const rows = reader.variablesOf(deploymentId)
  const stored = rows.map(toStored)
  const serving = reader.release(reader.deploymentRow(deploymentId)?.servingReleaseId ?? '')
  const pending = new Set([
    ...differingNames(stored.filter(isAtRun), serving?.variables ?? []),
    ...differingNames(stored.filter(isAtBuild), serving?.build.variables ?? []),
  ])
  const names = new Set(rows.map(({ name }) => name))
  return {
    variables: rows.map(({ name, scope, value, secretVersion, changedAt }) => ({
      name,
      scope,
      isSecret: secretVersion !== null,
      value,
      changedAt,
      isPending: serving !== undefined && pending.has(name),
    })),
    removed: [...pending].filter(name => !names.has(name)),
  }
}
