import type { Logger } from 'pino'
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
import { createPushWatch, defaultPushPauses, type PushPauses } from './push-watch.ts'
import { createPushes } from './pushes.ts'
import { createRepositoryReader } from './repository-notice.ts'

/** Deployments that a push deploys: their settings, and the looks at their branches, which begin at once. */
export function createDeployOnPush(deps: {
  records: PushWatchRecords
  reader: Reader
  writer: Writer
  accounts: ReturnType<typeof createAccounts>
  sources: SourceReader
  readPushed: ReadPushedCommit
  intents: Pick<Intents, 'deployPush' | 'askConsent'>
  clusters: Pick<ReturnType<typeof createClusterSettings>, 'requireFit'>
  changes: ReturnType<typeof createChanges>
  pauses: PushPauses | undefined
  /** Works only on what is asked for: nothing is looked at by itself. */
  isQuiet: boolean
  log: Logger
  now: () => number
}) {
  const { accounts, intents, clusters, changes, log } = deps
  const pushes = createPushes({
    ...deps,
    readHead: createBranchHead(deps),
    readRepository: createRepositoryReader(deps),
    loginFor: accounts.loginFor,
    deploy: async (id, head, push) => {
      const clusterId = deps.reader.deploymentRow(id)?.clusterId ?? ''
      await clusters.requireFit(clusterId, { userId: push.asker.userId }, { isImage: false })
      intents.deployPush(id, head, push)
    },
    askConsent: intents.askConsent,
    onSet: () => watch.plan(),
    changed: changes.touch,
    log: (deploymentId, err) => log.error({ deploymentId, err }, 'a push could not be looked for'),
  })
  const watch = createPushWatch({
    watched: () => (deps.isQuiet ? [] : pushes.watched()),
    look: pushes.look,
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
