import { engines } from '../../../shared/domain/add-on.ts'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import {
  isAtBuild,
  isAtRun,
  type VariableChanges,
  type VariableEdit,
} from '../../../shared/domain/variable.ts'
import type { DeploymentRow } from '../../database/rows.ts'
import { toStored } from '../../database/stored-variable.ts'
import { releaseNext } from '../next-release.ts'
import { checkVariables, differingNames, toRow, toSecretValues } from '../variables.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'
import type { BuildQueue } from './build-intents.ts'

interface RecordedChanges extends VariableChanges {
  /** `addOnId`: the add-on that the value leads to. */
  readonly set: (VariableEdit & { readonly addOnId?: string })[]
}

export function createVariableIntents(deps: IntentDeps, { find, ask, record }: Asking, builds: BuildQueue) {
  const { reader, writer, secrets } = deps

  return {
    /**
     * Changes variables in one go. `apply`: with them the build that serves is released anew, or, when the build knows one
     * of them, its commit is built anew.
     */
    saveVariables: async (
      id: string,
      changes: RecordedChanges,
      { apply, also }: { apply: boolean; also?: (row: DeploymentRow) => void },
      asker: Asker,
    ): Promise<{ applied: 'nothing' | 'release' | 'build' }> => {
      find(id)
      checkVariables(reader.variablesOf(id), changes)
      refusePassword(id, changes)
      const applied = await secrets.keep(toSecretValues(changes.set), versions =>
        ask(id, row => {
          const before = reader.variablesOf(id)
          checkVariables(before, changes)
          const named = new Map(before.map(one => [one.name, one]))
          for (const name of changes.remove) writer.removeVariable(id, name)
          for (const edit of changes.set)
            writer.variable({
              deploymentId: id,
              ...toRow(edit, named.get(edit.name), versions),
              addOnId: edit.addOnId ?? null,
            })
          const names = [...changes.set.map(({ name }) => name), ...changes.remove]
          also?.(row)
          if (names.length > 0 && also === undefined)
            record(asker, 'changed', row, `variables: ${names.join(', ')}`)
          return apply ? applyVariables(row, asker) : ('nothing' as const)
        }),
      )
      await secrets.collect()
      return { applied }
    },
  }

  /** The engine takes it when its volume is empty, and never again. */
  function refusePassword(id: string, { set, remove }: RecordedChanges): void {
    const addOn = reader.addOn(id)
    const name = addOn && engines[addOn.engine].passwordVariable
    if (name === undefined || ![...set.map(one => one.name), ...remove].includes(name)) return
    throw new SlipwayError({
      code: 'conflict',
      message: `${name} is the password that the database was made with, and what is attached to it knows.`,
      hint: 'Leave it as it is.',
    })
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
