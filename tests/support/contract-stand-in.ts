import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { contract } from '../../shared/contract/contract.ts'
import { mostAtOnce } from '../../shared/contract/deployments.ts'
import { byChange } from '../../shared/contract/every-deployment.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { ReportSetting } from '../../shared/domain/github-report.ts'
import type { LeftBehind } from '../../shared/domain/left-behind.ts'
import type { LogBatch, LogLine } from '../../shared/domain/log.ts'
import { isErrorLine } from '../../shared/domain/log-level.ts'
import { encodeLines } from '../../shared/domain/log-record.ts'
import type { PreviewSetting } from '../../shared/domain/preview.ts'
import type { PushSetting } from '../../shared/domain/push.ts'
import { problemVerbs, type Settings } from '../../shared/domain/records.ts'
import { standInContexts } from './stand-in-clusters.ts'
import { createStandInData, type StandInState } from './stand-in-data.ts'
import { noDrift, standInDrift } from './stand-in-drift.ts'
import { previewsAreOff, standInPreviews } from './stand-in-previews.ts'

const reportIsOn: ReportSetting = {
  ...{ isOn: true, place: 'ready', trouble: null },
  told: { sha: 'a1b2c3d', state: 'success' },
}
const pushIsOff: PushSetting = { isOn: false, paths: [], trouble: null, notice: null, lookedAt: null }

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

const contentSecurityPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws:; img-src 'self' data:; font-src 'self'"

/**
 * The contract over records in memory, with the built renderer beside it: every state of every page can be drawn
 * without building anything. Nothing in it acts; it answers.
 */
export async function startStandIn(options: {
  state: StandInState
  port?: number
  rendererFolder: string
  /** What time it is; that of the computer otherwise. */
  now?: number
}) {
  const data = createStandInData(options.state, options.now)
  const os = implement(contract)
  let settings: Settings = data.settings
  const fail = (failure: Failure) => ({ message: failure.message, data: failure })
  const find = <T>(
    found: T | undefined,
    errors: { FAILED: (options: ReturnType<typeof fail>) => Error },
  ): T => {
    if (found !== undefined) return found
    throw errors.FAILED(
      fail({
        code: 'not_found',
        message: 'This deployment does not exist.',
        hint: 'It may have been removed.',
      }),
    )
  }
  const pushSettings = new Map<string, PushSetting>()
  const previewSettings = new Map<string, PreviewSetting>()
  const driftOf = (deploymentId: string) => {
    const isChanged = data.deployments.some(one => one.id === deploymentId && one.differences > 0)
    return { ...(isChanged ? standInDrift : noDrift), deploymentId }
  }
  const linesOf = (id: string): LogLine[] => data.logs.get(id) ?? []

  const router = os.router({
    session: {
      info: os.session.info.handler(() => data.session),
      open: os.session.open.handler(() => ({ url: null })),
    },
    changes: {
      watch: os.changes.watch.handler(async function* ({ signal }) {
        yield { deployments: [], hasOther: false }
        await aborted(signal)
      }),
    },
    clusters: {
      list: os.clusters.list.handler(({ errors }) => {
        if (data.listFailure !== null) throw errors.FAILED(fail(data.listFailure))
        return options.state === 'varied' ? data.clusters.list : data.clusters.list.slice(0, 1)
      }),
      contexts: os.clusters.contexts.handler(({ input, errors }) => {
        if (input.kubeconfig?.includes('broken')) throw errors.FAILED(fail(noKubeconfig))
        const isEmpty = options.state === 'empty' && input.kubeconfig === null
        return { files: ['/home/ana/.kube/config'], contexts: isEmpty ? [] : standInContexts }
      }),
      keepKubeconfig: os.clusters.keepKubeconfig.handler(({ input, errors }) => {
        if (!input.text.includes('contexts')) throw errors.FAILED(fail(noKubeconfig))
        return { kubeconfig: '/home/ana/.local/share/slipway/kubeconfigs/pasted.yaml' }
      }),
      connect: os.clusters.connect.handler(() => ({ version: 'v1.36.3' })),
      preflight: os.clusters.preflight.handler(async function* ({ input, signal }) {
        yield* data.clusters.preflight(input.id)
        if (input.proves) yield* data.clusters.proofs()
        if (input.proves || data.clusters.isSlow(input.id)) await aborted(signal)
      }),
      survey: os.clusters.survey.handler(async ({ input, errors, signal }) => {
        const survey = data.clusters.survey(input.id, data.deployments)
        if (survey === null) await aborted(signal)
        if (survey === null || 'code' in survey) throw errors.FAILED(fail(survey ?? data.clusters.lost))
        return survey
      }),
      registry: os.clusters.registry.handler(({ input }) => data.clusters.registry(input.id)),
      installRegistry: os.clusters.installRegistry.handler(async function* ({ signal }) {
        yield* data.clusters.registrySteps()
        await aborted(signal)
      }),
      removeRegistry: os.clusters.removeRegistry.handler(async function* ({ signal }) {
        yield* data.clusters.registrySteps()
        await aborted(signal)
      }),
      rbac: os.clusters.rbac.handler(() => ({ yaml: standInRbac })),
      settings: os.clusters.settings.handler(({ input }) => data.clusters.settings(input.id)),
      add: os.clusters.add.handler(() => ({ id: data.clusters.prod.id, note: null })),
      update: os.clusters.update.handler(() => ({ note: null })),
      left: os.clusters.left.handler(() => (options.state === 'varied' ? data.clusters.left : [])),
      dismissLeft: os.clusters.dismissLeft.handler(() => ({})),
      readBack: os.clusters.readBack.handler(() => data.clusters.readBack),
      remove: os.clusters.remove.handler(({ input, errors }) => {
        if (input.id !== data.clusters.prod.id) return {}
        throw errors.FAILED(
          fail({
            code: 'conflict',
            message: 'blog is deployed there.',
            hint: 'Remove what is deployed there first.',
          }),
        )
      }),
    },
    users: {
      list: os.users.list.handler(() => data.users),
      add: os.users.add.handler(({ input }) => {
        const added = { id: data.nextId(), name: input.name, projects: [], isCurrent: false }
        data.users.push(added)
        return added
      }),
      rename: os.users.rename.handler(({ input }) => input),
      remove: os.users.remove.handler(({ input, errors }) => {
        const user = data.users.find(each => each.id === input.id)
        if (user === undefined || user.projects.length === 0) return {}
        throw errors.FAILED(
          fail({
            code: 'conflict',
            message: `${user.name} owns ${user.projects.join(', ')}.`,
            hint: 'Give what should stay to another user first.',
          }),
        )
      }),
      use: os.users.use.handler(({ input, errors }) =>
        find(
          data.users.find(each => each.id === input.id),
          errors,
        ),
      ),
    },
    accounts: {
      list: os.accounts.list.handler(() => data.accounts.list()),
      options: os.accounts.options.handler(() => data.accounts.options),
      signInByCode: os.accounts.signInByCode.handler(async function* ({ signal }) {
        yield data.accounts.code
        await aborted(signal)
      }),
      signInWithToken: os.accounts.signInWithToken.handler(({ input, errors }) => {
        if (input.token === 'wrong') throw errors.FAILED(fail(data.accounts.refused))
        return data.accounts.ana
      }),
      signInByCli: os.accounts.signInByCli.handler(() => data.accounts.ana),
      signOut: os.accounts.signOut.handler(() => ({})),
    },
    github: {
      repositories: os.github.repositories.handler(async function* () {
        yield* data.accounts.repositories()
      }),
      refs: os.github.refs.handler(async function* () {
        yield { refs: [], failure: null }
      }),
      changes: os.github.changes.handler(() => null),
      picture: os.github.picture.handler(() => ({ dataUrl: null })),
    },
    projects: { give: os.projects.give.handler(() => ({})) },
    sources: {
      branches: os.sources.branches.handler(async ({ input, errors, signal }) => {
        if (input.address.includes('slow')) await aborted(signal)
        const failure = data.sourceFailures.find(([part]) => input.address.includes(part))?.[1]
        if (failure !== undefined) throw errors.FAILED(fail(failure))
        return input.kind === 'folder' ? [] : data.branches
      }),
      inspect: os.sources.inspect.handler(({ input, errors }) => {
        const { source, branch, root } = input
        if (data.isBelow(source.address, root)) throw errors.FAILED(fail(appsBelow))
        return data.inspect(source.address, branch, root)
      }),
      sample: os.sources.sample.handler(() => ({
        kind: 'git',
        address: 'file:///opt/slipway/samples/hello',
      })),
    },
    deployments: {
      list: os.deployments.list.handler(({ input: { before, ids, lastChanged }, errors }) => {
        if (data.listFailure !== null) throw errors.FAILED(fail(data.listFailure))
        if (ids !== undefined) return data.deployments.filter(each => ids.includes(each.id))
        return data.deployments
          .filter(each => before === undefined || each.id < before)
          .toSorted(lastChanged ? byChange : (a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, mostAtOnce)
      }),
      get: os.deployments.get.handler(({ input, errors }) => ({
        ...find(
          data.deployments.find(each => each.id === input.id),
          errors,
        ),
        releases: data.releases
          .filter(each => each.deploymentId === input.id)
          .map((each, index) => ({
            ...each,
            startsAtOnce: index < 3,
            changes: index === 0 ? ['size Small to Medium', 'SESSION_KEY changed'] : [],
          })),
        builds: data.builds.filter(each => each.deploymentId === input.id),
      })),
      create: os.deployments.create.handler(() => {
        const deployment = data.deployments.find(each => each.status === 'building')
        return { id: deployment?.id ?? '', buildId: deployment?.latestBuild?.id ?? '' }
      }),
      update: os.deployments.update.handler(() => ({})),
      deploy: os.deployments.deploy.handler(({ input, errors }) => {
        const deployment = find(
          data.deployments.find(each => each.id === input.id),
          errors,
        )
        return { buildId: deployment.latestBuild?.id ?? input.id }
      }),
      rollback: os.deployments.rollback.handler(({ input }) => ({
        releaseId: input.releaseId,
        buildId: null,
      })),
      scale: os.deployments.scale.handler(() => ({})),
      resize: os.deployments.resize.handler(() => ({ applied: 'release' as const })),
      restart: os.deployments.restart.handler(({ errors }) => {
        throw errors.FAILED(
          fail({
            code: 'conflict',
            message: 'The app is being released just now.',
            hint: 'Restart it when the release has ended.',
          }),
        )
      }),
      stop: os.deployments.stop.handler(() => ({})),
      start: os.deployments.start.handler(() => ({})),
      remove: os.deployments.remove.handler(({ input }) => {
        data.deployments.splice(
          data.deployments.findIndex(each => each.id === input.id),
          1,
        )
        return {}
      }),
      forget: os.deployments.forget.handler(() => data.clusters.left[0] as LeftBehind),
      residue: os.deployments.residue.handler(() => ({
        processes: 0,
        checkouts: 0,
        logs: 0,
        rows: 0,
        keptData: null,
      })),
    },
    reports: {
      get: os.reports.get.handler(() => reportIsOn),
      set: os.reports.set.handler(({ input: { isOn } }) => ({ ...reportIsOn, isOn })),
    },
    drift: {
      get: os.drift.get.handler(({ input }) => driftOf(input.id)),
      repair: os.drift.repair.handler(({ input }) => ({ ...driftOf(input.id), isRepairing: true })),
      keep: os.drift.keep.handler(({ input }) => driftOf(input.id)),
      unkeep: os.drift.unkeep.handler(({ input }) => driftOf(input.id)),
      set: os.drift.set.handler(({ input: { id, repairsItself } }) => ({ ...driftOf(id), repairsItself })),
    },
    pushes: {
      get: os.pushes.get.handler(({ input }) => pushSettings.get(input.id) ?? pushIsOff),
      set: os.pushes.set.handler(({ input: { id, isOn, paths } }) => {
        const before = pushSettings.get(id) ?? pushIsOff
        const setting = { ...before, isOn, paths: isOn ? (paths ?? before.paths) : [], lookedAt: Date.now() }
        pushSettings.set(id, setting)
        return setting
      }),
    },
    previews: {
      get: os.previews.get.handler(({ input }) => previewSettings.get(input.id) ?? previewsAreOff),
      set: os.previews.set.handler(({ input: { id, isOn } }) => {
        const setting = isOn ? standInPreviews(data.deployments) : previewsAreOff
        previewSettings.set(id, setting)
        return setting
      }),
    },
    folders: {
      list: os.folders.list.handler(() => data.folders),
      keep: os.folders.keep.handler(() => ({})),
      stop: os.folders.stop.handler(() => ({})),
      space: os.folders.space.handler(() => ({
        checkouts: 412_000_000,
        kept: 48_300_000,
        logs: 3_100_000,
        isComplete: true,
      })),
      written: os.folders.written.handler(() => data.written),
    },
    space: {
      total: os.space.total.handler(() => ({
        deployments: [],
        checkouts: 4_120_000_000,
        kept: 48_300_000,
        setAside: 12_000_000,
        logs: 310_000_000,
        tools: 186_000_000,
        database: 9_400_000,
        total: 4_685_700_000,
        free: 182_000_000_000,
        isComplete: true,
      })),
    },
    variables: {
      list: os.variables.list.handler(() => data.variables),
      save: os.variables.save.handler(() => ({ applied: 'nothing' as const })),
    },
    addOns: {
      list: os.addOns.list.handler(() => data.addOns),
      create: os.addOns.create.handler(({ input }) => ({
        id: data.ids.blog ?? input.id,
        name: input.name ?? `blog-${input.engine}`,
        buildId: data.builds[0]?.id ?? input.id,
      })),
      attach: os.addOns.attach.handler(({ input }) => ({
        variable: input.variable ?? 'DATABASE_URL',
        applied: 'release' as const,
      })),
      detach: os.addOns.detach.handler(() => ({ applied: 'release' as const })),
      backups: os.addOns.backups.handler(() => data.backups),
      backup: os.addOns.backup.handler(async function* () {
        yield { bytes: 48_210, backup: null }
        yield { bytes: 48_210, backup: data.backups[0] ?? null }
      }),
      restore: os.addOns.restore.handler(async function* () {
        yield { bytes: 48_210, isDone: true }
      }),
    },
    domains: {
      list: os.domains.list.handler(() => ({ domains: data.domains })),
      add: os.domains.add.handler(() => ({})),
      remove: os.domains.remove.handler(() => ({})),
    },
    builds: {
      list: os.builds.list.handler(({ input }) =>
        data.builds
          .map(build => ({
            ...build,
            deployment: data.deployments.find(each => each.id === build.deploymentId)?.name ?? 'removed',
          }))
          .toSorted((a, b) => b.createdAt - a.createdAt)
          .slice(0, input.limit),
      ),
      get: os.builds.get.handler(({ input, errors }) =>
        find(
          data.builds.find(each => each.id === input.id),
          errors,
        ),
      ),
      cancel: os.builds.cancel.handler(() => ({})),
    },
    logs: {
      disk: os.logs.disk.handler(() => data.logDisk),
      read: os.logs.read.handler(({ input }) => {
        const all = linesOf(input.log.id)
        const before = input.before
        const after = input.after
        const lines =
          after === undefined
            ? all.filter(line => before === undefined || line.seq < before).slice(-input.limit)
            : all.filter(line => line.seq > after).slice(0, input.limit)
        return { lines, first: all[0]?.seq ?? 1, last: all.at(-1)?.seq ?? 0, isClosed: false }
      }),
      follow: os.logs.follow.handler(async function* ({ input, signal }) {
        const newer = linesOf(input.log.id).filter(line => line.seq > input.after)
        if (newer.length > 0) yield toBatch(newer)
        await aborted(signal)
      }),
      acknowledge: os.logs.acknowledge.handler(() => ({})),
      search: os.logs.search.handler(({ input }) => {
        const text = input.text.toLowerCase()
        const matches = linesOf(input.log.id).filter(line => line.text.toLowerCase().includes(text))
        const spans = matches.map(line => toSpan(line, text))
        return { matches, spans, isComplete: matches.length <= input.limit }
      }),
      findError: os.logs.findError.handler(({ input: { log, from, direction } }) => {
        const errors = linesOf(log.id).filter(isErrorLine)
        const isEarlier = direction === 'earlier'
        const found = isEarlier
          ? errors.findLast(line => line.seq < from)
          : errors.find(line => line.seq > from)
        return { seq: found?.seq ?? null }
      }),
      searchAll: os.logs.searchAll.handler(async function* ({ input, signal }) {
        const text = input.text.toLowerCase()
        const of = data.deployments.length
        const found = data.deployments
          .filter(({ id }) => input.deploymentIds?.includes(id) ?? true)
          .flatMap(({ id, name }) => {
            const lines = linesOf(id)
            const matches = lines.filter(line => line.text.toLowerCase().includes(text))
            return matches.map(line => ({
              log: { kind: 'runtime' as const, id },
              deploymentId: id,
              deployment: name,
              line,
              span: toSpan(line, text),
              before: lines.filter(each => each.seq === line.seq - 1),
              after: lines.filter(each => each.seq === line.seq + 1),
            }))
          })
          .sort((a, b) => b.line.at - a.line.at)
          .slice(0, input.limit)
        if (text === 'slow') {
          yield { found, searched: 2, of, end: null, failure: null }
          await aborted(signal)
        }
        if (input.isRegex && text.includes('+)+')) {
          yield { found: [], searched: 0, of, end: 'failed', failure: slowPattern }
          return
        }
        yield { found, searched: of, of, end: 'complete', failure: null }
      }),
    },
    metrics: {
      of: os.metrics.of.handler(({ input, errors }) => {
        return find(data.metrics(input.id), errors)
      }),
      top: os.metrics.top.handler(() => data.deployments.flatMap(({ id }) => data.metrics(id) ?? [])),
    },
    shells: {
      open: os.shells.open.handler(async function* ({ signal }) {
        const text = '/app $ ls\r\nnode_modules  package.json  server.js\r\n/app $ '
        yield { last: 1, text, end: null }
        await aborted(signal)
      }),
      write: os.shells.write.handler(() => ({})),
      resize: os.shells.resize.handler(() => ({})),
      acknowledge: os.shells.acknowledge.handler(() => ({})),
    },
    activity: {
      list: os.activity.list.handler(({ input: { before, deploymentId, user, problems } }) =>
        data.activity.filter(
          line =>
            before === undefined &&
            (deploymentId === undefined || line.deploymentId === deploymentId) &&
            (user === undefined || line.user === user) &&
            (problems === undefined || problemVerbs.includes(line.verb)),
        ),
      ),
    },
    transfer: {
      export: os.transfer.export.handler(() => ({ text: '{}\n', deployments: 11, secrets: 3 })),
      inspect: os.transfer.inspect.handler(() => data.importReport),
      import: os.transfer.import.handler(({ input, errors }) => {
        if (input.passphrase === null || input.passphrase === 'correct horse') return data.importReport
        throw errors.FAILED(
          fail({
            code: 'passphrase_wrong',
            message: 'The passphrase does not open the secrets of this file.',
            hint: 'Type the one that the file was exported with. Nothing was imported.',
          }),
        )
      }),
    },
    settings: {
      get: os.settings.get.handler(() => settings),
      diagnostics: os.settings.diagnostics.handler(() => ({ text: '{}' })),
      update: os.settings.update.handler(({ input }) => {
        settings = { ...settings, ...withoutUndefined(input) }
        return settings
      }),
    },
  })

  const handler = new RPCHandler(router)
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    const file = join(options.rendererFolder, path === '/' ? 'index.html' : path)
    readFile(file).then(
      body => {
        response.writeHead(200, {
          'content-type': types[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy,
        })
        response.end(body)
      },
      () => {
        response.writeHead(404)
        response.end()
      },
    )
  })
  const sockets = new WebSocketServer({ server, path: '/rpc' })
  sockets.on('connection', socket => void handler.upgrade(socket))
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}/`,
    ids: data.ids,
    clusterIds: Object.fromEntries(data.clusters.list.map(({ name, id }) => [name, id])),
    async dispose() {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const appsBelow: Failure = {
  code: 'plan_not_recognised',
  message: 'There is no app at the top of the repository. There are some below it: apps/api, apps/web.',
  hint: 'Choose the folder of the app; on the command line, with --root.',
  folders: ['apps/api', 'apps/web'],
}

const slowPattern: Failure = {
  code: 'invalid_input',
  message: 'Stopped after 2 s: the pattern is too slow.',
  hint: 'Make it simpler. Repeats within repeats, such as (a+)+, try every way to share a line among them.',
}

function toSpan(line: LogLine, text: string) {
  const start = line.text.toLowerCase().indexOf(text)
  return { start, end: start + text.length }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => signal?.addEventListener('abort', () => resolve()))
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

const noKubeconfig: Failure = {
  code: 'invalid_input',
  message: 'What was pasted has no context, so it names no cluster.',
  hint: 'Paste all of a kubeconfig file.',
}

const standInRbac = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: slipway-owner
rules:
  - apiGroups:
      - ''
    resources:
      - namespaces
    verbs:
      - get
      - list
      - watch
      - create
      - patch
      - delete
`

const toBatch = (lines: readonly LogLine[]): LogBatch => ({
  first: lines[0]?.seq ?? 1,
  last: lines.at(-1)?.seq ?? 0,
  records: encodeLines(lines),
})
