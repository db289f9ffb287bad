import { randomBytes } from 'node:crypto'
import { defaultVolumeGib, type EngineName, engines, toConnectionUrl } from '../../../shared/domain/add-on.ts'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import { parseImage, toImageAddress } from '../../../shared/domain/image.ts'
import { toFreeName } from '../../../shared/domain/name.ts'
import type { AddOnRow, DeploymentRow } from '../../database/rows.ts'
import type { Asker, Asking, IntentDeps } from './asking.ts'
import type { BuildQueue } from './build-intents.ts'
import { refuseTakenName } from './deployment-intents.ts'
import type { createVariableIntents } from './variable-intents.ts'

export interface NewAddOn {
  readonly engine: EngineName
  readonly name?: string | undefined
  readonly version?: string | undefined
  readonly image?: string | undefined
  readonly volumeGib?: number | undefined
}

type Applied = 'nothing' | 'release' | 'build'

export function createAddOnIntents(
  deps: IntentDeps,
  asking: Asking,
  { builds, saveVariables }: { builds: BuildQueue } & ReturnType<typeof createVariableIntents>,
) {
  const { reader, writer, secrets } = deps
  const { find, record } = asking

  const findAddOn = (id: string): { row: DeploymentRow; addOn: AddOnRow } => {
    const row = find(id)
    const addOn = reader.addOn(id)
    if (addOn !== undefined) return { row, addOn }
    throw new SlipwayError({
      code: 'conflict',
      message: `${row.name} is no database.`,
      hint: 'Choose one of the databases of its project.',
    })
  }

  return {
    findAddOn,

    /** One for the project of the deployment, in the same cluster. Its password is made here, and shown nowhere. */
    createAddOn: async (
      forId: string,
      wish: NewAddOn,
      asker: Asker,
    ): Promise<{ id: string; name: string; buildId: string }> => {
      const app = find(forId)
      const cluster = asking.findCluster(app.clusterId)
      if (cluster.kind === 'local') throw onlyInClusters(app.name)
      const engine = engines[wish.engine]
      const image = toAddress(wish.image ?? engine.image)
      const source = { kind: 'image', address: image } as const
      const name = wish.name ?? toFreeName(`${app.name}-${wish.engine}`, toTaken(reader.names()))
      refuseTakenName(reader, name)
      const head = await asking.readHead(source, {
        ...{ cluster, branch: wish.version ?? engine.version, port: engine.port },
        ownerId: reader.ownerOf(forId)?.id ?? asker.userId,
      })
      const variable = engine.passwordVariable
      const made = await secrets.keep(new Map([[variable, newPassword()]]), versions =>
        writer.transaction(() => {
          refuseTakenName(reader, name)
          const { projectId, clusterId } = find(forId)
          const id = writer.deployment({
            ...{ projectId, clusterId, name },
            branch: head.branch,
            port: engine.port,
            planEdits: {},
            keepsRunning: true,
            addOn: { engine: wish.engine, image, volumeGib: wish.volumeGib ?? defaultVolumeGib },
          })
          writer.variable({
            ...{ deploymentId: id, name: variable, scope: 'run', value: null },
            secretVersion: versions.get(variable) ?? null,
          })
          record(asker, 'created', { id, name }, `${engine.label} for ${app.name}`)
          return { id, name, buildId: builds.addNow(find(id), head, asker) }
        }),
      )
      deps.wake(made.id)
      return made
    },

    attach: async (
      { id, deploymentId, variable }: { id: string; deploymentId: string; variable?: string | undefined },
      asker: Asker,
    ): Promise<{ variable: string; applied: Applied }> => {
      const { row, addOn } = findAddOn(id)
      const name = variable ?? engines[addOn.engine].variable
      const refuse = () => refuseAttachment(find(deploymentId), { addOn: find(id), variable: name })
      refuse()
      const url = await readUrl(addOn)
      const edit = { name, value: url, isSecret: true, scope: 'run', addOnId: id } as const
      const { applied } = await saveVariables(
        deploymentId,
        { set: [edit], remove: [] },
        {
          apply: true,
          also: app => {
            refuse()
            record(asker, 'attached', app, `${row.name} as ${name}`)
          },
        },
        asker,
      )
      return { variable: name, applied }
    },

    detach: async (
      { id, deploymentId }: { id: string; deploymentId: string },
      asker: Asker,
    ): Promise<{ applied: Applied }> => {
      const { row } = findAddOn(id)
      const names = reader.variablesOf(deploymentId).flatMap(one => (one.addOnId === id ? one.name : []))
      if (names.length === 0) {
        throw new SlipwayError({
          code: 'conflict',
          message: `${find(deploymentId).name} has no variable that leads to ${row.name}.`,
          hint: 'There is nothing to detach.',
        })
      }
      const also = (app: DeploymentRow) => record(asker, 'detached', app, `${row.name}, ${names.join(', ')}`)
      return saveVariables(deploymentId, { set: [], remove: names }, { apply: true, also }, asker)
    },
  }

  async function readUrl({ deploymentId, engine }: AddOnRow): Promise<string> {
    const { passwordVariable } = engines[engine]
    const stored = reader.variablesOf(deploymentId).find(one => one.name === passwordVariable)
    const password = await secrets.read(stored?.secretVersion ?? '', passwordVariable)
    return toConnectionUrl(engine, { ...(await deps.driver.addressOf(deploymentId)), password })
  }

  function refuseAttachment(
    app: DeploymentRow,
    { addOn, variable }: { addOn: DeploymentRow; variable: string },
  ): void {
    const known = reader.variablesOf(app.id).find(one => one.name === variable)
    const why =
      reader.addOn(app.id) !== undefined
        ? { message: `${app.name} is a database itself.`, hint: 'Attach it to a deployment that uses it.' }
        : app.clusterId !== addOn.clusterId || app.projectId !== addOn.projectId
          ? {
              message: `${addOn.name} is a database of another project or place than ${app.name}.`,
              hint: `Add one for ${app.name}.`,
            }
          : known !== undefined && known.addOnId !== addOn.id
            ? {
                message: `${app.name} has a variable ${variable} already.`,
                hint: 'Choose another name for it, or remove that one first.',
              }
            : undefined
    if (why !== undefined) throw new SlipwayError({ code: 'conflict', ...why })
  }
}

/** 192 bits, of characters that no address and no shell minds. */
const newPassword = (): string => randomBytes(24).toString('base64url')

const toTaken = (names: readonly string[]) => {
  const taken = new Set(names)
  return (candidate: string) => taken.has(candidate)
}

function toAddress(text: string): string {
  const image = parseImage(text)
  if (image !== undefined) return toImageAddress(image)
  throw new SlipwayError({
    code: 'invalid_input',
    message: `"${text}" is no image.`,
    hint: 'Write it as docker.io/library/postgres or registry.example.com/postgres.',
  })
}

const onlyInClusters = (name: string): SlipwayError =>
  new SlipwayError({
    code: 'unavailable',
    message: `${name} runs on this computer, where Slipway runs no databases yet.`,
    hint: 'Start one yourself and set its address as a variable, or deploy to a cluster.',
  })
