import {
  type Check,
  type ClusterChanges,
  type ClusterSettings,
  type Context,
  clusterSettingsSchema,
  type PreflightEvent,
  type ShownClusterSettings,
  stops,
} from '../../shared/domain/cluster.ts'
import { tenantLimits } from '../../shared/domain/cluster-limits.ts'
import { type Failure, SlipwayError } from '../../shared/domain/failure.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import { checkCertificates, toSubjects } from './certificates.ts'
import { createClusterRegistry } from './cluster-registry.ts'
import type { createKeptKubeconfigs } from './kept-kubeconfigs.ts'
import { decideRegistryLogin } from './registry-login.ts'
import type { RegistryPasswords } from './registry-passwords.ts'

// What knows the client is loaded when it is needed: it takes its time.
const kubeconfig = () => import('../clusters/kubernetes/kubeconfig.ts')
const kubeconfigFile = () => import('../clusters/kubernetes/kubeconfig-file.ts')
const preflight = () => import('../clusters/kubernetes/preflight/preflight.ts')
const connecting = () => import('../clusters/kubernetes/connecting.ts')

/** Which contexts are clusters of Slipway, and what is set for them. The kubeconfig is never written. */
export function createClusterSettings(deps: {
  reader: Reader
  writer: Writer
  kept: ReturnType<typeof createKeptKubeconfigs>
  registryPasswords: RegistryPasswords
  /** The cluster's driver has to begin anew. */
  reopen: (clusterId: string) => Promise<void>
  noteConnection: (clusterId: string, failure: Failure | null) => void
  /** Tells of changes to these files. */
  watchFiles: (files: readonly string[]) => void
  changed: () => void
}) {
  const { reader, writer, kept, registryPasswords } = deps

  const kubernetes = () =>
    reader.clusters().flatMap(({ id }) => {
      const settings = reader.clusterSettings(id)
      return settings === undefined ? [] : [{ id, settings }]
    })

  const find = (id: string): ClusterSettings => {
    const settings = reader.clusterSettings(id)
    if (settings !== undefined) return settings
    throw new SlipwayError({
      code: 'not_found',
      message: 'There is no such cluster.',
      hint: 'slipway cluster list shows those that are there.',
    })
  }

  const update = async (id: string, changes: ClusterChanges): Promise<void> => {
    const before = find(id)
    const { settings, password } = toSettings(before, changes)
    if (password === undefined && JSON.stringify(settings) === JSON.stringify(before)) return
    await registryPasswords.keep({ settings, password }, whole => writer.changeCluster(id, whole))
    await registryPasswords.collect()
    await deps.reopen(id)
    deps.changed()
  }

  const toSettings = (
    before: ClusterSettings,
    { registryPassword, ...changes }: ClusterChanges,
  ): { settings: ClusterSettings; password: string | undefined } => {
    for (const text of [changes.registryCa, changes.buildCa]) if (text) checkCertificates(text)
    const { password, ...login } = decideRegistryLogin(before, { ...changes, registryPassword })
    return { settings: clusterSettingsSchema.parse({ ...before, ...changes, ...login }), password }
  }

  /** Names are for people: two contexts of one name lie in two files. */
  const toFreeName = (context: string): string => {
    const taken = new Set(reader.clusters().map(one => one.name))
    for (let count = 1; ; count++) {
      const name = count === 1 ? context : `${context} ${count}`
      if (!taken.has(name)) return name
    }
  }

  const findRegistry = async (settings: ClusterSettings) =>
    settings.registry ?? (await (await connecting()).findAnnouncedRegistry(settings)) ?? null

  return {
    /** `file`: null for the usual ones. */
    async contexts(file: string | null): Promise<{ files: string[]; contexts: Context[] }> {
      const { listContexts, usualFiles } = await kubeconfig()
      const files = file === null ? usualFiles() : [file]
      deps.watchFiles([
        ...new Set([...files, ...kubernetes().flatMap(({ settings }) => settings.kubeconfig ?? [])]),
      ])
      const isTaken = (name: string) =>
        kubernetes().find(({ settings }) => settings.context === name && settings.kubeconfig === file)
      const contexts = listContexts(files).map(one => ({ ...one, clusterId: isTaken(one.name)?.id ?? null }))
      return { files, contexts }
    },

    /** Keeps a text as a file, if it is a kubeconfig with a context. */
    async keepKubeconfig(text: string): Promise<{ kubeconfig: string }> {
      const { parse } = await kubeconfigFile()
      if ((parse(text, 'What was pasted').contexts ?? []).length === 0) {
        throw new SlipwayError({
          code: 'invalid_input',
          message: 'What was pasted has no context, so it names no cluster.',
          hint: 'Paste all of a kubeconfig file.',
        })
      }
      await kept.collect(kubernetes().flatMap(({ settings }) => settings.kubeconfig ?? []))
      return { kubeconfig: await kept.keep(text) }
    },

    /** Fails where the cluster does not answer: a mistake is seen now, not at the first deploy. */
    async add(wish: { context: string; changes: ClusterChanges }): Promise<{ id: string }> {
      const { context, changes } = wish
      const known = kubernetes().find(
        ({ settings }) =>
          settings.context === context &&
          (changes.kubeconfig === undefined || settings.kubeconfig === changes.kubeconfig),
      )
      if (known !== undefined) {
        await update(known.id, changes)
        const settings = find(known.id)
        const isLookedFor = settings.registry === null && changes.registry === undefined
        if (isLookedFor) await update(known.id, { registry: await findRegistry(settings) })
        return { id: known.id }
      }
      const { settings, password } = toSettings(clusterSettingsSchema.parse({ context }), changes)
      await (await connecting()).askVersion(settings)
      const registry = await findRegistry(settings)
      const id = await registryPasswords.keep({ settings: { ...settings, registry }, password }, whole =>
        writer.cluster('kubernetes', toFreeName(context), whole),
      )
      deps.noteConnection(id, null)
      deps.changed()
      return { id }
    },

    settings(id: string): ShownClusterSettings {
      const settings = find(id)
      return { ...settings, buildCaSubjects: toSubjects(settings.buildCa) }
    },

    find,
    update,
    registry: createClusterRegistry({ reader, registryPasswords, find, update }),

    /** Told after limits of users were changed: why they do not hold yet. Null: they do. */
    async whyNotBound(id: string, changes: ClusterChanges): Promise<string | null> {
      if (!tenantLimits.some(name => changes[name] !== undefined)) return null
      const settings = find(id)
      const { mayBoundUsers } = await connecting()
      try {
        if (await mayBoundUsers(settings)) return null
      } catch (error) {
        if (error instanceof SlipwayError) deps.noteConnection(id, error.failure)
        return `${settings.context} does not answer. The limits of users hold once it does.`
      }
      return `You may not set quotas in ${settings.context}: whoever runs it has to apply the rights of a member anew, which hold them (slipway cluster rbac ${settings.context} member).`
    },

    /** Asks the cluster for its version, so that it is known whether it answers. */
    async connect(id: string): Promise<{ version: string }> {
      const settings = find(id)
      const { askVersion } = await connecting()
      try {
        const version = await askVersion(settings)
        deps.noteConnection(id, null)
        return { version }
      } catch (error) {
        if (error instanceof SlipwayError) deps.noteConnection(id, error.failure)
        throw error
      }
    },

    async *preflight(
      id: string,
      { userId, proves, signal }: { userId: string; proves: boolean; signal: AbortSignal | undefined },
    ): AsyncGenerator<PreflightEvent> {
      const settings = find(id)
      const { askQuestions, prove } = await preflight()
      let isReached = true
      const order = { settings, userId, signal, readRegistryPassword: () => registryPasswords.read(settings) }
      for await (const event of askQuestions(order)) {
        if (event.name === 'api' && event.check?.result === 'lack') isReached = false
        if (event.name === 'api' && event.check !== null)
          deps.noteConnection(id, event.check.result === 'lack' ? toUnreachable(event.check) : null)
        yield event
      }
      if (proves && isReached && !signal?.aborted) yield* prove(order)
    },

    /** Asked before each deploy, for whom the app belongs to: what lacks stops it, before anything is fetched or built. */
    async requireFit(id: string, { userId }: { userId: string }, wish: { isImage: boolean }): Promise<void> {
      const settings = reader.clusterSettings(id)
      if (settings === undefined) return
      const { askQuestions } = await preflight()
      const readRegistryPassword = () => registryPasswords.read(settings)
      for await (const { check } of askQuestions({ settings, userId, readRegistryPassword })) {
        if (check !== null && stops(check, wish)) throw toUnfit(check, settings)
      }
    },

    async rbac(id: string, { userId, role }: { userId: string; role: 'owner' | 'member' }) {
      const { writeRbac } = await preflight()
      const gitUrls = reader.deploymentsOn(id).flatMap(one => {
        const deployment = reader.deployment(one.id)
        const source = deployment?.owner.id === userId ? deployment.project.source : undefined
        return source?.kind === 'git' ? [source.address] : []
      })
      return { yaml: await writeRbac({ settings: find(id), userId, role, gitUrls }) }
    },

    async remove(id: string): Promise<void> {
      find(id)
      const names = reader.deploymentsOn(id).map(({ name }) => name)
      if (names.length > 0) {
        throw new SlipwayError({
          code: 'conflict',
          message: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} deployed there.`,
          hint: 'Remove what is deployed there first.',
        })
      }
      writer.removeCluster(id)
      await registryPasswords.collect()
      await deps.reopen(id)
      await kept.collect(kubernetes().flatMap(({ settings }) => settings.kubeconfig ?? []))
      deps.changed()
    },
  }
}

const toUnfit = ({ name, detail, action, command }: Check, { context, registry }: ClusterSettings) =>
  new SlipwayError({
    code: name !== 'registry' ? 'cluster_unfit' : registry === null ? 'registry_missing' : 'registry_denied',
    message: `Nothing can be deployed to ${context}. ${detail}`,
    hint: [action, command].filter(part => part !== null).join(' '),
  })

const toUnreachable = ({ detail, action }: Check): Failure => ({
  code: 'cluster_unreachable',
  message: detail,
  hint: action ?? '',
})
