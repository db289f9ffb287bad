import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { ValidationError } from '@orpc/contract'
import { implement, ORPCError } from '@orpc/server'
import packageJson from '../../package.json' with { type: 'json' }
import { contract } from '../../shared/contract/contract.ts'
import { type Failure, SlipwayError, toDiskFailure } from '../../shared/domain/failure.ts'
import { toNameFromSource } from '../../shared/domain/name.ts'
import type { Asker } from '../pipeline/intents.ts'
import { searchLogs } from '../platform/log-search.ts'
import type { Platform } from '../platform/platform.ts'
import { createAcknowledgements } from './acknowledgements.ts'
import type { RequestContext } from './websocket.ts'

export type Surface = 'window' | 'browser' | 'terminal'

/** Shows the window, or makes a fresh link into the browser session. */
export type Opener = () => { url: string | null }

/** One thin handler for each entry of the contract. */
export function createRouter(
  platform: Platform,
  { surface, open }: { surface: Surface; open?: Opener | undefined },
) {
  const { reader, writer, intents, logs, sources, changes, users, transfer, keptFolders } = platform
  const followed = createAcknowledgements()

  const askerOf = ({ actsAs }: RequestContext): Asker => {
    const { id: userId, name } = actsAs === undefined ? users.current() : users.named(actsAs)
    return { userId, name, hasConsent: surface === 'terminal' }
  }

  const at = implement(contract)
    .$context<RequestContext>()
    .use(async ({ next }) => {
      try {
        return await next()
      } catch (error) {
        const failure = toKnownFailure(error)
        if (failure === undefined) throw error
        throw new ORPCError('FAILED', { message: failure.message, data: failure, cause: error })
      }
    })
    .use(({ context, next }) => next({ context: { asker: askerOf(context) } }))

  const found = <T>(record: T | undefined, what: string): T => {
    if (record !== undefined) return record
    throw new SlipwayError({
      code: 'not_found',
      message: `There is no such ${what}.`,
      hint: 'Go back to the board.',
    })
  }

  return at.router({
    session: {
      info: at.session.info.handler(({ context: { asker } }) => ({
        version: packageJson.version,
        surface,
        user: { id: asker.userId, name: asker.name },
        gatewayPort: platform.gatewayPort,
        dataFolder: platform.dataFolder,
      })),
      open: at.session.open.handler(() => {
        if (surface === 'terminal' && open) return open()
        throw new SlipwayError({
          code: 'unavailable',
          message:
            'The Slipway that runs has neither a window nor a browser session: a command in a terminal is at work.',
          hint: 'Open Slipway when that command has ended.',
        })
      }),
    },
    changes: {
      watch: at.changes.watch.handler(({ signal }) => changes.watch(signal)),
    },
    users: {
      list: at.users.list.handler(() => users.list()),
      add: at.users.add.handler(({ input, context }) => users.add(input.name, context.asker)),
      rename: at.users.rename.handler(({ input: { id, name }, context }) =>
        users.rename(id, name, context.asker),
      ),
      remove: at.users.remove.handler(({ input, context }) => {
        users.remove(input.id, context.asker)
        return {}
      }),
      use: at.users.use.handler(({ input }) => users.use(input.id)),
    },
    projects: {
      give: at.projects.give.handler(({ input, context }) => {
        users.give(input.id, input.ownerId, context.asker)
        return {}
      }),
    },
    clusters: {
      list: at.clusters.list.handler(() =>
        reader.clusters().map(one => ({ ...one, connection: platform.connection(one) })),
      ),
      contexts: at.clusters.contexts.handler(({ input }) => platform.clusters.contexts(input.kubeconfig)),
      keepKubeconfig: at.clusters.keepKubeconfig.handler(({ input }) =>
        platform.clusters.keepKubeconfig(input.text),
      ),
      preflight: at.clusters.preflight.handler(({ input, context, signal }) =>
        platform.clusters.preflight(input.id, {
          userId: context.asker.userId,
          proves: input.proves,
          signal,
        }),
      ),
      rbac: at.clusters.rbac.handler(({ input, context }) =>
        platform.clusters.rbac(input.id, { userId: context.asker.userId, role: input.role }),
      ),
      connect: at.clusters.connect.handler(({ input }) => platform.clusters.connect(input.id)),
      settings: at.clusters.settings.handler(({ input }) =>
        found(reader.clusterSettings(input.id), 'cluster'),
      ),
      add: at.clusters.add.handler(({ input }) => platform.clusters.add(input)),
      update: at.clusters.update.handler(async ({ input }) => {
        await platform.clusters.update(input.id, input.changes)
        return {}
      }),
      remove: at.clusters.remove.handler(async ({ input }) => {
        await platform.clusters.remove(input.id)
        return {}
      }),
    },
    sources: {
      branches: at.sources.branches.handler(({ input, signal }) => sources.branches(input, signal)),
      sample: at.sources.sample.handler(() => ({ kind: 'folder', address: platform.sampleFolder })),
      inspect: at.sources.inspect.handler(async ({ input: { source, branch, root, clusterId }, signal }) => {
        const work = await mkdtemp(path.join(os.tmpdir(), 'slipway-inspect-'))
        try {
          const head = await sources.head(source, branch, signal)
          const folder = path.join(work, 'checkout')
          const commit = await sources.checkout({ source, ...head, folder, ...(signal ? { signal } : {}) })
          const plan = await platform.planOf(folder, { root, clusterId })
          return {
            branch: head.branch,
            commit,
            plan,
            folders: await platform.findApps(folder),
            name: intents.freeName(toNameFromSource(source.address)),
          }
        } finally {
          await rm(work, { recursive: true, force: true })
        }
      }),
    },
    deployments: {
      list: at.deployments.list.handler(({ input }) => platform.deploymentPage(input)),
      get: at.deployments.get.handler(({ input: { id } }) => ({
        ...found(platform.deployment(id), 'deployment'),
        releases: reader.pastReleasesOf(id, reader.artifactsOf(id)),
        builds: reader.buildsOf(id, 50),
      })),
      create: at.deployments.create.handler(async ({ input, context }) => {
        if (input.clusterId !== undefined) await platform.clusters.requireFit(input.clusterId, context.asker)
        return intents.create(input, context.asker)
      }),
      update: at.deployments.update.handler(({ input: { id, ...edits }, context }) => {
        intents.update(id, edits, context.asker)
        return {}
      }),
      deploy: at.deployments.deploy.handler(async ({ input: { id, isFresh }, context }) => {
        await platform.clusters.requireFit(reader.deployment(id)?.cluster.id ?? '', context.asker)
        return intents.deploy(id, context.asker, { isFresh })
      }),
      rollback: at.deployments.rollback.handler(({ input, context }) =>
        intents.rollback(input.id, input.releaseId, context.asker),
      ),
      restart: at.deployments.restart.handler(({ input, context }) => {
        intents.restart(input.id, context.asker)
        return {}
      }),
      stop: at.deployments.stop.handler(({ input, context }) => {
        intents.stop(input.id, context.asker)
        return {}
      }),
      start: at.deployments.start.handler(({ input, context }) => {
        intents.start(input.id, context.asker)
        return {}
      }),
      remove: at.deployments.remove.handler(({ input: { id, name, deletesData }, context }) => {
        intents.remove(id, name, context.asker, { deletesData })
        return {}
      }),
      residue: at.deployments.residue.handler(
        async ({ input }) => (await platform.residue(input.id)) ?? null,
      ),
    },
    folders: {
      list: at.folders.list.handler(({ input }) => keptFolders.list(input.id)),
      keep: at.folders.keep.handler(async ({ input, context }) => {
        await keptFolders.keep(input.id, input.path, context.asker)
        return {}
      }),
      stop: at.folders.stop.handler(async ({ input: { id, path, deletesData }, context }) => {
        await keptFolders.stop(id, path, { deletesData }, context.asker)
        return {}
      }),
      space: at.folders.space.handler(({ input, signal }) => platform.space.of(input.id, signal)),
      written: at.folders.written.handler(({ input, signal }) => keptFolders.written(input.id, signal)),
    },
    space: {
      total: at.space.total.handler(({ signal }) => platform.space.total(signal)),
    },
    variables: {
      list: at.variables.list.handler(({ input }) =>
        platform.variables(found(platform.deployment(input.id), 'deployment').id),
      ),
      save: at.variables.save.handler(({ input: { id, changes, apply }, context }) =>
        intents.saveVariables(id, changes, { apply }, context.asker),
      ),
    },
    domains: {
      list: at.domains.list.handler(async ({ input }) => ({
        domains: [...(await platform.domains.list(input.id))],
      })),
      add: at.domains.add.handler(async ({ input, context }) => {
        await platform.domains.add(input.id, input.host, context.asker.name)
        return {}
      }),
      remove: at.domains.remove.handler(async ({ input, context }) => {
        await platform.domains.remove(input.id, input.host, context.asker.name)
        return {}
      }),
    },
    builds: {
      list: at.builds.list.handler(({ input }) => reader.builds(input)),
      get: at.builds.get.handler(({ input }) => found(reader.buildRecord(input.id), 'build')),
      cancel: at.builds.cancel.handler(({ input }) => {
        intents.cancelBuild(input.id)
        return {}
      }),
    },
    logs: {
      disk: at.logs.disk.handler(() => logs.disk()),
      read: at.logs.read.handler(({ input: { log, before, after, limit } }) =>
        logs.read(log, {
          limit,
          ...(before === undefined ? {} : { before }),
          ...(after === undefined ? {} : { after }),
        }),
      ),
      follow: at.logs.follow.handler(({ input, signal = new AbortController().signal }) =>
        followed.pace(input.stream, logs.follow(input.log, input.after, signal), signal),
      ),
      acknowledge: at.logs.acknowledge.handler(({ input }) => {
        followed.acknowledge(input.stream, input.seq)
        return {}
      }),
      search: at.logs.search.handler(({ input: { log, ...query }, signal }) =>
        logs.search(log, query, signal),
      ),
      findError: at.logs.findError.handler(async ({ input: { log, ...place } }) => ({
        seq: await logs.findError(log, place),
      })),
      searchAll: at.logs.searchAll.handler(({ input, signal = new AbortController().signal }) =>
        searchLogs(platform, input, signal),
      ),
    },
    activity: {
      list: at.activity.list.handler(({ input }) => reader.activity(input)),
    },
    transfer: {
      export: at.transfer.export.handler(({ input, context }) =>
        transfer.export(input.passphrase, context.asker),
      ),
      inspect: at.transfer.inspect.handler(({ input }) => transfer.inspect(input.text)),
      import: at.transfer.import.handler(({ input: { text, passphrase }, context }) =>
        transfer.import(text, passphrase, context.asker),
      ),
    },
    settings: {
      get: at.settings.get.handler(() => reader.settings()),
      update: at.settings.update.handler(({ input }) => {
        writer.transaction(() => {
          if (input.localConsentAt !== undefined) writer.setting('localConsentAt', input.localConsentAt)
          if (input.keepsRunning !== undefined) writer.setting('keepsRunning', input.keepsRunning)
          if (input.restoration !== undefined) writer.setting('restoration', input.restoration)
        })
        changes.touchOther()
        return reader.settings()
      }),
    },
  })
}

/** What there are words for; undefined for what nobody expected. */
function toKnownFailure(error: unknown): Failure | undefined {
  if (error instanceof SlipwayError) return error.failure
  const failure = toDiskFailure(error)
  if (failure !== undefined) return failure
  if (!(error instanceof ORPCError && error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError))
    return undefined
  const [issue] = error.cause.issues
  const where = issue?.path?.map(part => (typeof part === 'object' ? part.key : part)).join('.') ?? ''
  return {
    code: 'invalid_input',
    message: `${where === '' ? '' : `${where}: `}${issue?.message ?? 'These values do not fit.'}`.slice(
      0,
      300,
    ),
    hint: 'Correct it, then try again.',
  }
}
