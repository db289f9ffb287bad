import { isAtBuild, isAtRun, type VariableChanges } from '../../../shared/domain/variable.ts'
import type { DeploymentRow } from '../../database/rows.ts'
import { toStored } from '../../database/stored-variable.ts'
import { releaseNext } from '../next-release.ts'
import { checkVariables, differingNames, toRow, toSecretValues } from '../variables.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'
import type { BuildQueue } from './build-intents.ts'

export function createVariableIntents(deps: IntentDeps, { find, ask, record }: Asking, builds: BuildQueue) {
  const { reader, writer, secrets } = deps

  return {
    /**
     * Changes variables in one go. `apply`: with them the build that serves is released anew, or, when the build knows one
     * of them, its commit is built anew.
     */
    saveVariables: async (
      id: string,
      changes: VariableChanges,
      { apply }: { apply: boolean },
      asker: Asker,
    ): Promise<{ applied: 'nothing' | 'release' | 'build' }> => {
      find(id)
      checkVariables(reader.variablesOf(id), changes)
      const applied = await secrets.keep(toSecretValues(changes.set), versions =>
        ask(id, row => {
          const before = reader.variablesOf(id)
          checkVariables(before, changes)
          const named = new Map(before.map(one => [one.name, one]))
          for (const name of changes.remove) writer.removeVariable(id, name)
          for (const edit of changes.set)
            writer.variable({ deploymentId: id, ...toRow(edit, named.get(edit.name), versions) })
          const names = [...changes.set.map(({ name }) => name), ...changes.remove]
          if (names.length > 0) record(asker, 'changed', row, `variables: ${names.join(', ')}`)
          return apply ? applyVariables(row, asker) : ('nothing' as const)
        }),
      )
      await secrets.collect()
      return { applied }
    },
  }

  /** Inside a transaction. Nothing that runs yet has nothing to apply to. */
  function applyVariables(row: DeploymentRow, asker: Asker): 'nothing' | 'release' | 'build' {
    const serving = reader.release(row.servingReleaseId ?? row.targetReleaseId ?? '')
    if (serving === undefined) return 'nothing'
    const now = reader.variablesOf(row.id)
    const atBuild = now.filter(isAtBuild).map(toStored)
    if (differingNames(serving.build.variables, atBuild).size > 0) {
      builds.addNow(row, serving.build, asker)
      return 'build'
    }
    const variables = now.filter(isAtRun).map(toStored)
    if (differingNames(serving.variables, variables).size === 0) return 'nothing'
    const { buildId, port, size } = serving
    releaseNext(deps, row, { buildId, port, variables, size, rollbackTo: null, requestedBy: asker.name })
    record(asker, 'deploy', row, 'with changed variables')
    return 'release'
  }
}
