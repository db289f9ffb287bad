import { SlipwayError } from '../../../shared/domain/failure.ts'
import { toFreeName } from '../../../shared/domain/name.ts'
import { secretArgument } from '../../../shared/domain/own-dockerfile.ts'
import type { PlanEdits } from '../../../shared/domain/plan.ts'
import type { Source } from '../../../shared/domain/records.ts'
import { defaultSize, type SizeName } from '../../../shared/domain/size.ts'
import type { VariableEdit } from '../../../shared/domain/variable.ts'
import type { Reader } from '../../database/reader.ts'
import type { DeploymentRow } from '../../database/rows.ts'
import { checkVariables, toRow, toSecretValues } from '../variables.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'
import type { BuildQueue } from './build-intents.ts'
import { refuseSeveralHere, refuseSizeHere } from './scale-intents.ts'

export interface NewDeployment {
  readonly source: Source
  readonly branch: string
  readonly name: string
  /** This computer, if none is named. */
  readonly clusterId?: string | undefined
  readonly port: number | null
  readonly planEdits: PlanEdits
  readonly keepsRunning?: boolean | undefined
  readonly size?: SizeName | undefined
  readonly instances?: number | undefined
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

export function createDeploymentIntents(deps: IntentDeps, asking: Asking, builds: BuildQueue) {
  const { reader, writer, secrets, wake } = deps
  const { find, ask, record } = asking

  return {
    create: async (wish: NewDeployment, asker: Asker): Promise<{ id: string; buildId: string }> => {
      const cluster = asking.findCluster(wish.clusterId)
      if (cluster.kind === 'local') asking.askConsent(asker)
      if (wish.size !== undefined) refuseSizeHere(cluster)
      if ((wish.instances ?? 1) > 1) refuseSeveralHere(cluster)
      refuseTakenName(reader, wish.name)
      const edits = wish.variables ?? []
      refuseSecretArguments(
        wish.planEdits,
        edits.flatMap(one => (one.isSecret ? one.name : [])),
      )
      const { branch, port } = wish
      const ownerId = wish.ownerId ?? asker.userId
      const head = await asking.readHead(wish.source, { branch, cluster, port, ownerId })
      checkVariables([], { set: [...edits], remove: [] })
      const made = await secrets.keep(toSecretValues(edits), versions =>
        writer.transaction(() => {
          refuseTakenName(reader, wish.name)
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
            size: wish.size ?? defaultSize,
            instances: wish.instances ?? 1,
          })
          for (const edit of edits) writer.variable({ deploymentId: id, ...toRow(edit, undefined, versions) })
          record(asker, 'created', { id, name: wish.name }, wish.source.address)
          return { id, buildId: builds.addNow(find(id), head, asker) }
        }),
      )
      wake(made.id)
      return made
    },

    update: (id: string, edits: DeploymentEdits, asker: Asker): void =>
      ask(id, row => {
        const change = Object.fromEntries(Object.entries(edits).filter(([, value]) => value !== undefined))
        if (Object.keys(change).length === 0) return
        const secret = reader.variablesOf(id).filter(one => one.secretVersion !== null)
        refuseSecretArguments(
          edits.planEdits ?? {},
          secret.map(one => one.name),
        )
        writer.changeDeployment(id, change)
        record(asker, 'changed', row, Object.keys(change).join(', '))
      }),

    /** With its previews. `deletesData`: of its kept folders too; otherwise that is set aside. */
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
        refuseAttached(reader, current)
        const previews = reader.previewIdsOf(id)
        for (const preview of previews) removeNow(find(preview), asker, { deletesData: true })
        removeNow(current, asker, { deletesData })
        return previews
      }).forEach(wake)
    },

    /** Of a pull request that is over: nobody asks for its name, and nothing of it is kept. */
    removePreview: (id: string, asker: Asker, why: string): void =>
      ask(id, row => removeNow(row, asker, { deletesData: true, why })),

    freeName: (name: string): string => {
      const taken = new Set(reader.names())
      return toFreeName(name, candidate => taken.has(candidate))
    },
  }

  /** Inside a transaction. */
  function removeNow(
    row: DeploymentRow,
    asker: Asker,
    { deletesData, why = '' }: { deletesData: boolean; why?: string },
  ): void {
    for (const build of reader.unfinishedBuilds(row.id)) builds.cancel(build.id)
    const keepAs = deletesData
      ? null
      : `${row.name}-${new Date(deps.now()).toISOString().replace(/[:.]/g, '-')}`
    writer.changeDeployment(row.id, { wanted: 'removed', failure: null, keepAs })
    writer.moveDeployment(row.id, row.status, 'removing')
    record(asker, 'remove', row, why)
  }
}

/** Said when it is asked for; what the repository itself asks for is refused by the build. */
function refuseSecretArguments(edits: PlanEdits, secretNames: readonly string[]): void {
  const name = Object.keys(edits.arguments ?? {}).find(one => secretNames.includes(one))
  if (name !== undefined) throw new SlipwayError(secretArgument(name))
}

export function refuseTakenName(reader: Reader, name: string): void {
  if (!reader.deploymentNamed(name)) return
  const taken = new Set(reader.names())
  const free = toFreeName(name, candidate => taken.has(candidate))
  throw new SlipwayError({
    code: 'name_taken',
    message: `There is a deployment called ${name} already.`,
    hint: `Choose another name, such as ${free}, or deploy that one again.`,
  })
}

/** What is attached would lose its data without a word. */
function refuseAttached(reader: Reader, { id, name }: DeploymentRow): void {
  const [first] = reader.attachmentsOf(id)
  if (first === undefined) return
  throw new SlipwayError({
    code: 'conflict',
    message: `${first.name} uses ${name} through ${first.variable}.`,
    hint: `Detach it from ${first.name} first.`,
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
