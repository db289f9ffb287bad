import {
  type Difference,
  type Drift,
  toDifferencesText,
  toDifferenceText,
  toFoundInstances,
  toKeepingText,
} from '../../shared/domain/drift.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { instancesSchema } from '../../shared/domain/size.ts'
import type { DriftRecords } from '../database/drift.ts'
import type { Reader } from '../database/reader.ts'
import type { DeploymentRow } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'
import { type Asker, requirePresent } from '../pipeline/intents/asking.ts'
import type { Intents } from '../pipeline/intents.ts'

/** What others changed in clusters, as it was seen last, and what people say to it. */
export function createDrift(deps: {
  records: DriftRecords
  reader: Reader
  writer: Writer
  /** Asked when they are needed: the pipeline tells what it sees before there are any. */
  intents: () => Pick<Intents, 'stop'>
  wake: (deploymentId: string) => void
  changed: (deploymentId: string) => void
}) {
  const { records, reader, writer } = deps
  const seen = new Map<string, readonly Difference[]>()

  const find = (id: string): DeploymentRow => requirePresent(reader.deploymentRow(id))

  const unkept = (id: string): readonly Difference[] => {
    const all = seen.get(id) ?? []
    if (all.length === 0) return all
    const kept = new Set(records.kept(id).map(one => one.key))
    return all.filter(one => !kept.has(one.key))
  }

  const record = (
    asker: Asker,
    verb: 'repair' | 'drift_kept' | 'drift_not_kept' | 'changed',
    row: DeploymentRow,
    detail: string,
  ) => writer.activity({ user: asker.name, verb, deploymentId: row.id, deployment: row.name, detail })

  const get = (id: string): Drift => {
    const { repairsItself, repairAskedBy, failure } = records.find(find(id).id)
    return {
      deploymentId: id,
      differences: unkept(id).map(one => ({
        ...one,
        text: toDifferenceText(one),
        keeping: toKeepingText(one),
      })),
      kept: records.kept(id),
      repairsItself,
      isRepairing: repairAskedBy !== null,
      failure,
    }
  }

  return {
    /** Of the pipeline: what it saw now. */
    note: (id: string, found: readonly Difference[]): void => {
      const before = JSON.stringify(seen.get(id) ?? [])
      if (found.length === 0) seen.delete(id)
      else seen.set(id, found)
      if (before !== JSON.stringify(found)) deps.changed(id)
    },
    /** How many differences nobody has said anything about. */
    count: (id: string): number => unkept(id).length,
    get,

    repair: (id: string, asker: Asker): Drift => {
      const row = find(id)
      const differences = unkept(id)
      if (differences.length === 0) throw nothingThere(row)
      writer.transaction(() => {
        if (records.find(id).repairAskedBy !== null) return
        records.change(id, { repairAskedBy: asker.name, failure: null })
        record(asker, 'repair', row, toDifferencesText(differences))
      })
      deps.wake(id)
      return get(id)
    },

    /** Those of the keys, or all of them. What can be a wish becomes one; the others are accepted until they change. */
    keep: (id: string, keys: readonly string[] | undefined, asker: Asker): Drift => {
      const row = find(id)
      const chosen = unkept(id).filter(one => keys === undefined || keys.includes(one.key))
      if (chosen.length === 0) throw nothingThere(row)
      const isStopped = chosen.some(one => toFoundInstances(one) === 0)
      writer.transaction(() => {
        for (const one of chosen) keepOne(row, one, asker)
        record(asker, 'drift_kept', row, toDifferencesText(chosen))
      })
      if (isStopped) deps.intents().stop(id, asker)
      deps.wake(id)
      return get(id)
    },

    unkeep: (id: string, key: string, asker: Asker): Drift => {
      const row = find(id)
      writer.transaction(() => {
        const kept = records.kept(id).find(one => one.key === key)
        if (kept !== undefined && records.unkeep(id, key)) record(asker, 'drift_not_kept', row, kept.text)
      })
      deps.wake(id)
      return get(id)
    },

    set: (id: string, { repairsItself }: { repairsItself: boolean }, asker: Asker): Drift => {
      const row = find(id)
      writer.transaction(() => {
        if (records.find(id).repairsItself === repairsItself) return
        records.change(id, { repairsItself, failure: null })
        const detail = repairsItself ? 'repaired without being asked' : 'repaired only when asked'
        record(asker, 'changed', row, `what others change in the cluster: ${detail}`)
      })
      deps.wake(id)
      return get(id)
    },
  }

  function keepOne(row: DeploymentRow, difference: Difference, asker: Asker): void {
    const instances = toFoundInstances(difference)
    if (instances === 0) return
    const wish = instancesSchema.safeParse(instances)
    if (wish.success) writer.changeDeployment(row.id, { instances: wish.data })
    else records.keep(row.id, { key: difference.key, text: toDifferenceText(difference), keptBy: asker.name })
  }
}

const nothingThere = ({ name }: DeploymentRow): SlipwayError =>
  new SlipwayError({
    code: 'conflict',
    message: `Nothing of ${name} differs from what Slipway made.`,
    hint: 'It may have been put back meanwhile.',
  })
