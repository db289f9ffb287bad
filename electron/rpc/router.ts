import packageJson from '../../package.json' with { type: 'json' }
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Platform } from '../platform/platform.ts'
import { addOnHandlers } from './handlers/add-ons.ts'
import { clusterHandlers } from './handlers/clusters.ts'
import { deploymentHandlers } from './handlers/deployments.ts'
import { driftHandlers } from './handlers/drift.ts'
import { accountHandlers, gitHubHandlers } from './handlers/github.ts'
import { createHandlerBase, found, type Surface } from './handlers/handler-base.ts'
import { logHandlers } from './handlers/logs.ts'
import { shellHandlers } from './handlers/shells.ts'
import { sourceHandlers } from './handlers/sources.ts'

/** Shows the window, or makes a fresh link into the browser session. */
export type Opener = () => { url: string | null }

/** One thin handler for each entry of the contract. Nouns of many verbs have a file each in `handlers/`. */
export function createRouter(
  platform: Platform,
  { surface, open }: { surface: Surface; open?: Opener | undefined },
) {
  const { reader, intents, users, transfer, keptFolders } = platform
  const at = createHandlerBase(users, surface)

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
      watch: at.changes.watch.handler(({ signal }) => platform.pushes.watchChanges(signal)),
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
    accounts: accountHandlers(at, platform),
    github: gitHubHandlers(at, platform),
    projects: {
      give: at.projects.give.handler(({ input, context }) => {
        users.give(input.id, input.ownerId, context.asker)
        return {}
      }),
    },
    clusters: clusterHandlers(at, platform),
    sources: sourceHandlers(at, platform),
    deployments: deploymentHandlers(at, platform),
    addOns: addOnHandlers(at, platform),
    reports: {
      get: at.reports.get.handler(({ input }) => platform.reports.get(input.id)),
      set: at.reports.set.handler(({ input, context }) =>
        platform.reports.set(input.id, input.isOn, context.asker),
      ),
    },
    drift: driftHandlers(at, platform),
    pushes: {
      get: at.pushes.get.handler(({ input }) => platform.pushes.get(input.id)),
      set: at.pushes.set.handler(({ input: { id, ...setting }, context }) =>
        platform.pushes.set(id, setting, context.asker),
      ),
    },
    previews: {
      get: at.previews.get.handler(({ input }) => platform.previews.get(input.id)),
      set: at.previews.set.handler(({ input, context }) =>
        platform.previews.set(input.id, input.isOn, context.asker),
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
    metrics: {
      of: at.metrics.of.handler(async ({ input }) =>
        found(await platform.metrics.of(input.id), 'deployment'),
      ),
      top: at.metrics.top.handler(() => platform.metrics.top()),
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
      list: at.builds.list.handler(({ input }) => reader.builds(input).map(platform.withOutlook)),
      get: at.builds.get.handler(({ input }) =>
        platform.withOutlook(found(reader.buildRecord(input.id), 'build')),
      ),
      cancel: at.builds.cancel.handler(({ input }) => {
        intents.cancelBuild(input.id)
        return {}
      }),
    },
    logs: logHandlers(at, platform),
    shells: shellHandlers(at, platform),
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
      get: at.settings.get.handler(() => platform.settings.get()),
      update: at.settings.update.handler(({ input }) => platform.settings.update(input)),
      diagnostics: at.settings.diagnostics.handler(async () => ({ text: await platform.diagnostics() })),
    },
  })
}
