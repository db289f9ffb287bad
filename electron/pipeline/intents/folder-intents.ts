import { SlipwayError } from '../../../shared/domain/failure.ts'
import { toKeptFolders, whyFolderIsRefused } from '../../../shared/domain/kept-folder.ts'
import type { DeploymentRow } from '../../database/rows.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'

export function createFolderIntents({ reader, writer }: IntentDeps, { find, ask, record }: Asking) {
  return {
    checkFolder: (id: string, folder: string): void => checkFolder(find(id), folder),

    /** From now on. What the app has written there goes on as the data of the deployment. */
    keepFolder: (id: string, folder: string, asker: Asker): void =>
      ask(id, row => {
        checkFolder(row, folder)
        writer.changeDeployment(id, { keptFolders: [...row.keptFolders, folder] })
        record(asker, 'changed', row, `keeps ${folder}`)
      }),

    /** From the next start on. Its data stays where it is. */
    stopKeepingFolder: (id: string, folder: string, asker: Asker): void =>
      ask(id, row => {
        writer.changeDeployment(id, { keptFolders: row.keptFolders.filter(one => one !== folder) })
        record(asker, 'changed', row, `no longer keeps ${folder}`)
      }),
  }

  function checkFolder(row: DeploymentRow, folder: string): void {
    const plan = reader.release(row.servingReleaseId ?? row.targetReleaseId ?? '')?.build.plan
    const kept = toKeptFolders(row.keptFolders, plan?.keep)
    const why = whyFolderIsRefused(folder, { kept, output: plan?.output?.value ?? null })
    if (why === undefined) return
    throw new SlipwayError({ code: 'invalid_input', message: `${why}.`, hint: 'Choose another folder.' })
  }
}
