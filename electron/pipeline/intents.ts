import { SlipwayError } from '../../shared/domain/failure.ts'
import { toKeptFolders, whyFolderIsRefused } from '../../shared/domain/kept-folder.ts'
import { toFreeName } from '../../shared/domain/name.ts'
import type { PlanEdits } from '../../shared/domain/plan.ts'
import type { Activity, Cluster, Source } from '../../shared/domain/records.ts'
import { isAtBuild, isAtRun, type VariableChanges, type VariableEdit } from '../../shared/domain/variable.ts'
import type { ClusterDriver } from '../clusters/driver.ts'
import type { BuildRow, DeploymentRow, Reader, ReleaseWithBuild } from '../database/reader.ts'
import { toStored } from '../database/stored-variable.ts'
import type { Writer } from '../database/writer.ts'
import type { SecretVersions } from '../secrets/secret-versions.ts'
import type { SourceReader } from '../sources/source-reader.ts'
import { releaseNext } from './next-release.ts'
import { decideRollback } from './rollback.ts'
import { checkVariables, differingNames, toFingerprint, toRow, toSecretValues } from './variables.ts'

/** Who asks. `mayDeploy`: typing the command is the consent; elsewhere it must have been given before. */
export interface Asker {
  readonly userId: string
  readonly name: string
  readonly hasConsent: boolean
}

export interface NewDeployment {
  readonly source: Source
  readonly branch: string
  readonly name: string
  /** This computer, if none is named. */
  readonly clusterId?: string | undefined
  readonly port: number | null
  readonly planEdits: PlanEdits
  readonly keepsRunning?: boolean | undefined
  readonly variables?: readonly VariableEdit[] | undefined
  /** Who asks, otherwise. */
  readonly ownerId?: string | undefined
}

export interface DeploymentEdits {
  readonly branch?: string | undefined
  readonly port?: number | null | undefined
  readonly planEdits?: PlanEdits | undefined
  readonly keepsRunning?: boolean | undefined
}

/**
 * What people can ask of the pipeline. Each writes its intent (rows and the activity line, in one transaction) and wakes
 * the queue; nothing is done here.
 */
export function createIntents(deps: {
  reader: Reader
  writer: Writer
  sources: SourceReader
  driver: Pick<ClusterDriver, 'hasArtifact'>
  secrets: SecretVersions
  wake: (deploymentId: string) => void
  now: () => number
}) {
  const { reader, writer, sources, driver, secrets, wake } = deps

  const find = (id: string): DeploymentRow => {
    const row = reader.deploymentRow(id)
    if (row && row.wanted !== 'removed') return row
    throw new SlipwayError({
      code: 'not_found',
      message: row ? `${row.name} is being removed.` : 'There is no such deployment.',
      hint: 'Go back to the board.',
    })
  }

  const record = (
    asker: Asker,
    verb: Activity['verb'],
    row: Pick<DeploymentRow, 'id' | 'name'>,
    detail = '',
  ) => writer.activity({ user: asker.name, verb, deploymentId: row.id, deployment: row.name, detail })

  const askConsent = (asker: Asker) => {
    if (asker.hasConsent || reader.settings().localConsentAt !== null) return
    throw new SlipwayError({
      code: 'consent_required',
      message: 'Code that is deployed on this computer runs with your own rights.',
      hint: 'Agree to that once, in the deploy wizard.',
    })
  }

  /** A newer queued build takes the place of an older one. */
  const queueBuild = (
    row: DeploymentRow,
    head: { branch: string; sha: string },
    asker: Asker,
    { isFresh = false }: { isFresh?: boolean | undefined } = {},
  ): string => {
    const { port, planEdits } = row
    const variables = reader.variablesOf(row.id).filter(isAtBuild).map(toStored)
    const buildId = queue(row, { ...head, port, planEdits, variables }, { isFresh, asker })
    record(asker, 'deploy', row, head.sha.slice(0, 7))
    return buildId
  }

  const queue = (
    row: DeploymentRow,
    from: Pick<BuildRow, 'branch' | 'sha' | 'port' | 'planEdits' | 'variables'>,
    {
      asker,
      isFresh = false,
      rollbackTo = null,
    }: { asker: Asker; isFresh?: boolean; rollbackTo?: number | null },
  ): string => {
    for (const build of reader.unfinishedBuilds(row.id)) {
      if (build.status === 'queued')
        writer.moveBuild(build.id, 'queued', 'cancelled', { finishedAt: deps.now() })
    }
    const { branch, sha, port, planEdits, variables } = from
    const made = { sha, port, planEdits, variables }
    const buildId = writer.build({
      deploymentId: row.id,
      branch,
      ...made,
      fingerprint: toFingerprint(made),
      isFresh,
      rollbackTo,
      requestedBy: asker.name,
    })
    writer.changeDeployment(row.id, { failure: null })
    const isBuilding = reader.unfinishedBuilds(row.id).some(build => build.status === 'running')
    if (!isBuilding) writer.moveDeployment(row.id, row.status, 'queued')
    return buildId
  }

  /** Intents about a deployment that is there: one transaction, then the queue. */
  const ask = <T>(id: string, work: (row: DeploymentRow) => T): T => {
    const result = writer.transaction(() => work(find(id)))
    wake(id)
    return result
  }

  return {
    create: async (wish: NewDeployment, asker: Asker): Promise<{ id: string; buildId: string }> => {
      const cluster = findCluster(reader, wish.clusterId)
      if (cluster.kind === 'local') askConsent(asker)
      refuseTakenName(reader, wish.name)
      const head = await sources.head(wish.source, wish.branch)
      const edits = wish.variables ?? []
      checkVariables([], { set: [...edits], remove: [] })
      const made = await secrets.keep(toSecretValues(edits), versions =>
        writer.transaction(() => {
          refuseTakenName(reader, wish.name)
          const ownerId = wish.ownerId ?? asker.userId
          refuseUnknownOwner(reader, ownerId)
          const projectId = writer.project({ ownerId, name: wish.name, source: wish.source })
          const id = writer.deployment({
            projectId,
            clusterId: cluster.id,
            name: wish.name,
            branch: head.branch,
            port: wish.port,
            planEdits: wish.planEdits,
            keepsRunning: wish.keepsRunning ?? reader.settings().keepsRunning,
          })
          for (const edit of edits) writer.variable({ deploymentId: id, ...toRow(edit, undefined, versions) })
          record(asker, 'created', { id, name: wish.name }, wish.source.address)
          return { id, buildId: queueBuild(find(id), head, asker) }
        }),
      )
      wake(made.id)
      return made
    },

    update: (id: string, edits: DeploymentEdits, asker: Asker): void =>
      ask(id, row => {
        const change = Object.fromEntries(Object.entries(edits).filter(([, value]) => value !== undefined))
        if (Object.keys(change).length === 0) return
        writer.changeDeployment(id, change)
        record(asker, 'changed', row, Object.keys(change).join(', '))
      }),

    /** `isFresh`: builds, whatever was built from the same things before. */
    deploy: async (
      id: string,
      asker: Asker,
      options: { isFresh?: boolean | undefined } = {},
    ): Promise<{ buildId: string }> => {
      if (findCluster(reader, find(id).clusterId).kind === 'local') askConsent(asker)
      const head = await sources.head(reader.sourceOf(find(id)), find(id).branch)
      return ask(id, current => ({ buildId: queueBuild(current, head, asker, options) }))
    },

    /**
     * Changes variables in one go. `apply`: with them the build that serves is released anew, or, when the build knows one
     * of them, its commit is built anew.
     */
    saveVariables: async (
      id: string,
      changes: VariableChanges,
      { apply }: { apply: boolean },
      asker: Asker,
    ): Promise<{ applied: 'nothing' | 'release' | 'build' }> => {
      find(id)
      checkVariables(reader.variablesOf(id), changes)
      const applied = await secrets.keep(toSecretValues(changes.set), versions =>
        ask(id, row => {
          const before = reader.variablesOf(id)
          checkVariables(before, changes)
          const named = new Map(before.map(one => [one.name, one]))
          for (const name of changes.remove) writer.removeVariable(id, name)
          for (const edit of changes.set)
            writer.variable({ deploymentId: id, ...toRow(edit, named.get(edit.name), versions) })
          const names = [...changes.set.map(({ name }) => name), ...changes.remove]
          if (names.length > 0) record(asker, 'changed', row, `variables: ${names.join(', ')}`)
          return apply ? applyVariables(row, asker) : ('nothing' as const)
        }),
      )
      await secrets.collect()
      return { applied }
    },

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

    /**
     * What the release ran is started again; where that is gone, its commit is built again as it was built then. Null for what
     * of the two is not made.
     */
    rollback: async (
      id: string,
      releaseId: string,
      asker: Asker,
    ): Promise<{ releaseId: string | null; buildId: string | null }> => {
      const earlier = findEarlier(find(id), releaseId)
      const isThere =
        isKept(earlier) && (await driver.hasArtifact(id, earlier.build.artifact ?? '')) !== false
      const filesNow = isThere ? undefined : await readFiles(id)
      const decision = decideRollback({ release: earlier, isKept: isThere, filesNow })
      if (decision.do === 'refuse') throw new SlipwayError(decision.failure)
      return ask(id, row => {
        const { number: rollbackTo, build, buildId, port, variables } = findEarlier(row, releaseId)
        record(asker, 'rollback', row, `to #${rollbackTo} ${build.sha.slice(0, 7)}`)
        if (decision.do === 'build' || !isKept(earlier))
          return { releaseId: null, buildId: queue(row, { ...build, port }, { asker, rollbackTo }) }
        const next = { buildId, port, variables, rollbackTo, requestedBy: asker.name }
        return { releaseId: releaseNext(deps, row, next), buildId: null }
      })
    },

    restart: (id: string, asker: Asker): void => ask(id, row => runAgain(row, 'restart', asker)),
    start: (id: string, asker: Asker): void => ask(id, row => runAgain(row, 'start', asker)),

    stop: (id: string, asker: Asker): void =>
      ask(id, row => {
        for (const build of reader.unfinishedBuilds(id)) requestCancel(build.id)
        writer.changeDeployment(id, { wanted: 'stopped', failure: null })
        record(asker, 'stop', row)
      }),

    /** `deletesData`: of its kept folders too; otherwise that is set aside. */
    remove: (id: string, name: string, asker: Asker, { deletesData = false } = {}): void => {
      if (reader.deploymentRow(id)?.wanted === 'removed') {
        wake(id)
        return
      }
      ask(id, current => {
        if (name !== current.name) {
          throw new SlipwayError({
            code: 'invalid_input',
            message: `The name does not match: this deployment is called ${current.name}.`,
            hint: 'Type the name as it is shown.',
          })
        }
        for (const build of reader.unfinishedBuilds(id)) requestCancel(build.id)
        const keepAs = deletesData
          ? null
          : `${current.name}-${new Date(deps.now()).toISOString().replace(/[:.]/g, '-')}`
        writer.changeDeployment(id, { wanted: 'removed', failure: null, keepAs })
        writer.moveDeployment(id, current.status, 'removing')
        record(asker, 'remove', current)
      })
    },

    cancelBuild: (buildId: string): void => {
      const build = reader.build(buildId)
      if (!build) {
        throw new SlipwayError({
          code: 'not_found',
          message: 'There is no such build.',
          hint: 'Go back to the builds.',
        })
      }
      ask(build.deploymentId, () => requestCancel(buildId))
    },

    freeName: (name: string): string => {
      const taken = new Set(reader.names())
      return toFreeName(name, candidate => taken.has(candidate))
    },
  }

  function findEarlier(row: DeploymentRow, releaseId: string): ReleaseWithBuild {
    const earlier = reader.release(releaseId)
    if (earlier?.deploymentId === row.id && earlier.liveAt !== null) return earlier
    throw new SlipwayError({
      code: 'conflict',
      message: 'This release was never live, so there is nothing to roll back to.',
      hint: 'Choose a release that was live.',
    })
  }

  /** What is not kept may be there still, but not for long. */
  function isKept({ deploymentId, build }: ReleaseWithBuild): boolean {
    return build.artifact !== null && reader.artifactsOf(deploymentId).includes(build.artifact)
  }

  /** The digest of the files, where they come from a folder. */
  async function readFiles(id: string): Promise<string | undefined> {
    const source = reader.sourceOf(find(id))
    return source.kind === 'folder' ? (await sources.head(source, '')).sha : undefined
  }

  function checkFolder(row: DeploymentRow, folder: string): void {
    const plan = reader.release(row.servingReleaseId ?? row.targetReleaseId ?? '')?.build.plan
    const kept = toKeptFolders(row.keptFolders, plan?.keep)
    const why = whyFolderIsRefused(folder, { kept, output: plan?.output?.value ?? null })
    if (why === undefined) return
    throw new SlipwayError({ code: 'invalid_input', message: `${why}.`, hint: 'Choose another folder.' })
  }

  /** Inside a transaction. Nothing that runs yet has nothing to apply to. */
  function applyVariables(row: DeploymentRow, asker: Asker): 'nothing' | 'release' | 'build' {
    const serving = reader.release(row.servingReleaseId ?? row.targetReleaseId ?? '')
    if (serving === undefined) return 'nothing'
    const now = reader.variablesOf(row.id)
    const atBuild = now.filter(isAtBuild).map(toStored)
    if (differingNames(serving.build.variables, atBuild).size > 0) {
      queueBuild(row, serving.build, asker)
      return 'build'
    }
    const variables = now.filter(isAtRun).map(toStored)
    if (differingNames(serving.variables, variables).size === 0) return 'nothing'
    const { buildId, port } = serving
    releaseNext(deps, row, { buildId, port, variables, rollbackTo: null, requestedBy: asker.name })
    record(asker, 'deploy', row, 'with changed variables')
    return 'release'
  }

  function requestCancel(buildId: string): void {
    if (writer.moveBuild(buildId, 'queued', 'cancelled', { finishedAt: deps.now() })) return
    if (reader.build(buildId)?.status === 'running')
      writer.changeBuild(buildId, { cancelRequestedAt: deps.now() })
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

function findCluster(reader: Reader, id: string | undefined): Cluster {
  const found = reader.clusters().find(one => (id === undefined ? one.kind === 'local' : one.id === id))
  if (found) return found
  throw new SlipwayError({
    code: 'not_found',
    message: 'There is no such cluster.',
    hint: 'Choose another place, or add the cluster again.',
  })
}

function refuseTakenName(reader: Reader, name: string): void {
  if (!reader.deploymentNamed(name)) return
  const taken = new Set(reader.names())
  const free = toFreeName(name, candidate => taken.has(candidate))
  throw new SlipwayError({
    code: 'name_taken',
    message: `There is a deployment called ${name} already.`,
    hint: `Choose another name, such as ${free}, or deploy that one again.`,
  })
}

function refuseUnknownOwner(reader: Reader, id: string): void {
  if (reader.user(id)) return
  throw new SlipwayError({
    code: 'not_found',
    message: 'The user who should own this is not there any more.',
    hint: 'Choose another owner.',
  })
}
