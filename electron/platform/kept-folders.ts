import { SlipwayError } from '../../shared/domain/failure.ts'
import {
  type KeptFolder,
  toFolderPath,
  toKeptFolders,
  type WrittenFiles,
} from '../../shared/domain/kept-folder.ts'
import type { ClusterDriver, KeepOrder } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'
import type { Asker } from '../pipeline/intents/asking.ts'
import type { Intents } from '../pipeline/intents.ts'

/** What people ask about kept folders, which only the rows and the driver together can answer. */
export function createKeptFolders(deps: {
  reader: Reader
  driver: ClusterDriver
  intents: Pick<Intents, 'checkFolder' | 'keepFolder' | 'stopKeepingFolder'>
}) {
  const { reader, driver, intents } = deps

  /** What runs, or is about to. */
  const ordersOf = (deploymentId: string): KeepOrder[] => {
    const row = reader.deploymentRow(deploymentId)
    const ids = new Set([row?.servingReleaseId, row?.targetReleaseId])
    return [...ids].flatMap(id => {
      const { plan, artifact } = reader.release(id ?? '')?.build ?? {}
      if (!plan || !artifact) return []
      return [{ deploymentId, artifact, plan, keptFolders: toKeptFolders(row?.keptFolders ?? [], plan.keep) }]
    })
  }

  return {
    list: async (deploymentId: string): Promise<KeptFolder[]> => {
      const own = reader.deploymentRow(deploymentId)?.keptFolders ?? []
      const [serving] = ordersOf(deploymentId)
      const kept = serving?.keptFolders ?? own
      const found = new Map((await driver.listKept(deploymentId)).map(({ path, place }) => [path, place]))
      return [...new Set([...kept, ...found.keys()])].toSorted().map(path => ({
        path,
        keptBy: own.includes(path) ? 'person' : kept.includes(path) ? 'plan' : 'none',
        place: found.get(path) ?? null,
      }))
    },

    keep: async (deploymentId: string, text: string, asker: Asker): Promise<void> => {
      const path = toFolderPath(text)
      const [serving] = ordersOf(deploymentId)
      intents.checkFolder(deploymentId, path)
      const failure = serving && (await driver.whyNotKept({ ...serving, keptFolders: [path] }))
      if (failure) throw new SlipwayError(failure)
      intents.keepFolder(deploymentId, path, asker)
    },

    /** `deletesData`: also of a folder that is not kept any more. */
    stop: async (
      deploymentId: string,
      path: string,
      { deletesData }: { deletesData: boolean },
      asker: Asker,
    ): Promise<void> => {
      const orders = ordersOf(deploymentId)
      const isOwn = reader.deploymentRow(deploymentId)?.keptFolders.includes(path) === true
      const isThere = (await driver.listKept(deploymentId)).some(one => one.path === path)
      if (!isOwn && orders[0]?.keptFolders.includes(path)) {
        throw new SlipwayError({
          code: 'conflict',
          message: `The slipway.json of the repository says to keep ${path}.`,
          hint: 'Take it out there, and deploy again.',
        })
      }
      if (!isOwn && !(deletesData && isThere)) {
        throw new SlipwayError({
          code: 'not_found',
          message: `${path} is not kept.`,
          hint: 'See which folders are, and write it as it is there.',
        })
      }
      if (isOwn) intents.stopKeepingFolder(deploymentId, path, asker)
      if (deletesData) await driver.dropKept(deploymentId, path, orders)
    },

    written: async (deploymentId: string, signal?: AbortSignal): Promise<WrittenFiles> => {
      const [serving] = ordersOf(deploymentId)
      if (serving === undefined) return { place: null, folders: [], isComplete: true }
      return await driver.findWritten(serving, signal)
    },
  }
}
