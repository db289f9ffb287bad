import type { Logger } from 'pino'
import type { PreviewRecords } from '../database/previews.ts'
import type { PushWatchRecords } from '../database/push-watches.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import type { Intents } from '../pipeline/intents.ts'
import type { ReadPushedCommit } from '../sources/pushed-commit.ts'
import type { SourceReader } from '../sources/source-reader.ts'
import type { createAccounts } from './accounts.ts'
import { createBranchHead } from './branch-head.ts'
import type { createChanges } from './changes.ts'
import type { createClusterSettings } from './cluster-settings.ts'
import { createPreviews } from './previews.ts'
import { createPushWatch, defaultPushPauses, type PushPauses } from './push-watch.ts'
import { createPushes } from './pushes.ts'
import { createRepositoryLook, createRepositoryReader } from './repository-notice.ts'

/** Deployments that a push deploys: their settings, and the looks at their branches, which begin at once. */
export function createDeployOnPush(deps: {
  records: PushWatchRecords
  previewRecords: PreviewRecords
  reader: Reader
  writer: Writer
  accounts: ReturnType<typeof createAccounts>
  sources: SourceReader
  readPushed: ReadPushedCommit
  intents: Pick<Intents, 'deployPush' | 'askConsent' | 'createPreview' | 'removePreview'>
  clusters: Pick<ReturnType<typeof createClusterSettings>, 'requireFit'>
  changes: ReturnType<typeof createChanges>
  pauses: PushPauses | undefined
  /** Works only on what is asked for: nothing is looked at by itself. */
  isQuiet: boolean
  log: Logger
  now: () => number
}) {
  const { accounts, intents, clusters, changes, log } = deps
  const requireFit = async (id: string): Promise<void> => {
    const clusterId = deps.reader.deploymentRow(id)?.clusterId ?? ''
    const userId = deps.reader.ownerOf(id)?.id ?? ''
    await clusters.requireFit(clusterId, { userId }, { isImage: false })
  }
  const lookAtRepository = createRepositoryLook({
    ...deps,
    readRepository: createRepositoryReader(deps),
    changed: changes.touch,
  })
  const pushes = createPushes({
    ...deps,
    readHead: createBranchHead(deps),
    lookAtRepository,
    loginFor: accounts.loginFor,
    deploy: async (id, head, push) => {
      await requireFit(id)
      intents.deployPush(id, head, push)
    },
    askConsent: intents.askConsent,
    onSet: () => watch.plan(),
    changed: changes.touch,
    log: (deploymentId, err) => log.error({ deploymentId, err }, 'a push could not be looked for'),
  })
  const previews = createPreviews({
    ...deps,
    records: deps.previewRecords,
    lookAtRepository,
    requireFit,
    pathsOf: id => deps.records.find(id)?.paths ?? [],
    onSet: () => watch.plan(),
    changed: changes.touch,
    log: (deploymentId, err) => log.error({ deploymentId, err }, 'pull requests could not be looked for'),
  })
  const watch = createPushWatch({
    watched: () =>
      deps.isQuiet ? [] : [...pushes.watched(), ...previews.watched().map(id => previewsOf + id)],
    look: (key, stop) =>
      key.startsWith(previewsOf) ? previews.look(key.slice(previewsOf.length), stop) : pushes.look(key, stop),
    onError: (deploymentId, err) => log.error({ deploymentId, err }, 'a push could not be looked for'),
    pauses: deps.pauses ?? defaultPushPauses,
    now: deps.now,
    random: Math.random,
    schedule: (afterMs, work) => {
      const timer = setTimeout(work, afterMs).unref()
      return () => clearTimeout(timer)
    },
  })
  watch.plan()

  return {
    get: pushes.get,
    set: pushes.set,
    previews: { get: previews.get, set: previews.set },
    lookAtAll: watch.lookAtAll,
    /** Changes for somebody who has Slipway open; for as long as that is, pushes are looked for more often. */
    async *watchChanges(signal?: AbortSignal) {
      watch.arrive()
      try {
        yield* changes.watch(signal)
      } finally {
        watch.leave()
      }
    },
    dispose: watch.dispose,
  }
}

/** Marks what the watch looks at as the pull requests of a deployment: its branch has a look of its own. */
const previewsOf = 'previews of '
