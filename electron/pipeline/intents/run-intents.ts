import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { DeploymentRow } from '../../database/rows.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'
import type { BuildQueue } from './build-intents.ts'

export function createRunIntents(
  { reader, writer }: IntentDeps,
  { ask, record }: Asking,
  builds: BuildQueue,
) {
  return {
    restart: (id: string, asker: Asker): void => ask(id, row => runAgain(row, 'restart', asker)),
    start: (id: string, asker: Asker): void => ask(id, row => runAgain(row, 'start', asker)),

    stop: (id: string, asker: Asker): void =>
      ask(id, row => {
        for (const build of reader.unfinishedBuilds(id)) builds.cancel(build.id)
        writer.changeDeployment(id, { wanted: 'stopped', failure: null })
        record(asker, 'stop', row)
      }),
  }

  function runAgain(row: DeploymentRow, verb: 'restart' | 'start', asker: Asker): void {
    if (row.servingReleaseId === null && row.targetReleaseId === null) {
      throw new SlipwayError({
        code: 'conflict',
        message: `${row.name} has no release that could run yet.`,
        hint: 'Deploy it first.',
      })
    }
    if (verb === 'start' && row.wanted === 'running' && row.failure === null) return
    writer.changeDeployment(row.id, { wanted: 'running', failure: null })
    writer.nextRun(row.id, true)
    record(asker, verb, row)
  }
}
