import type { ClusterDriver } from '../driver.ts'

/** Nothing is kept beside the releases of a cluster: what a container writes goes with its pod, and nobody is told otherwise. */
export const keptNowhere: Pick<
  ClusterDriver,
  'keep' | 'measure' | 'listKept' | 'whyNotKept' | 'dropKept' | 'findWritten'
> = {
  keep: async () => {},
  listKept: async () => [],
  whyNotKept: async () => ({
    code: 'unavailable',
    message: 'Folders are kept on this computer only: in a cluster, what an app writes goes with its pod.',
    hint: 'Let the app store its data in a database or an object store.',
  }),
  dropKept: async () => {},
  measure: async () => ({ checkouts: 0, kept: 0, isComplete: true }),
  findWritten: async () => ({ place: null, folders: [], isComplete: true }),
}
