import type {
  ExportContents,
  ExportedDeployment,
  ExportedProject,
  Imported,
  ImportReport,
} from '../../shared/domain/export-file.ts'
import type { User } from '../../shared/domain/records.ts'
import { isSameUserName } from '../../shared/domain/user.ts'
import type { DeploymentRow, ProjectRow } from '../database/rows.ts'

/** What is here already. */
export interface Here {
  readonly users: readonly User[]
  readonly projects: readonly ProjectRow[]
  readonly deployments: readonly DeploymentRow[]
  /** Names of the variables of a deployment. */
  readonly variablesOf: (deploymentId: string) => readonly string[]
}

/**
 * What becomes of each part of the file: what is not here is added, what is here stays as it is. Pure. Imported twice, the
 * second time finds all of it here. Of what is here, only secrets that are not set are added. `hasValue`: whether there is a
 * value for a secret.
 */
export function decideImport(
  { madeAt, contents, isSealed }: { madeAt: number; contents: ExportContents; isSealed: boolean },
  here: Here,
  hasValue: (deployment: string, variable: string) => boolean,
): ImportReport {
  const isUserHere = (name: string) => here.users.some(user => isSameUserName(user.name, name))
  const deployments = contents.projects.flatMap(project =>
    project.deployments.map(one => decideDeployment(project, one, here, hasValue)),
  )
  const added = contents.projects.filter(project => !findProject(project, here))
  return {
    madeAt,
    isSealed,
    users: {
      added: contents.users.filter(name => !isUserHere(name)),
      kept: contents.users.filter(isUserHere),
    },
    projects: { added: added.length, kept: contents.projects.length - added.length },
    deployments,
    takesSettings: here.deployments.length === 0,
  }
}

function decideDeployment(
  project: ExportedProject,
  { name, variables }: ExportedDeployment,
  here: Here,
  hasValue: (deployment: string, variable: string) => boolean,
): Imported {
  const { owner, source } = project
  const known = here.deployments.find(one => one.name === name)
  const isSet = new Set(known && here.variablesOf(known.id))
  const secrets = variables.flatMap(one => (one.value === null && !isSet.has(one.name) ? [one.name] : []))
  const missing = secrets.filter(secret => !hasValue(name, secret))
  const imported = { name, owner, source, variables: variables.length, secrets, missing }
  if (known === undefined) return { ...imported, outcome: 'added', note: '' }
  if (known.projectId === findProject(project, here)?.id) {
    const note =
      secrets.length > missing.length
        ? 'It is here already; only secrets that it lacks are added.'
        : 'It is here already, and stays as it is.'
    return { ...imported, outcome: 'kept', note }
  }
  const other = here.projects.find(({ id }) => id === known.projectId)
  const user = here.users.find(({ id }) => id === other?.ownerId)
  const note = `Here ${name} is another deployment: ${user?.name ?? 'somebody'}'s, of ${other?.sourceAddress ?? 'another source'}. Names are unique, so remove that one first to import this one.`
  return { ...imported, outcome: 'left_out', note, secrets: [], missing: [] }
}

function findProject({ owner, source }: ExportedProject, here: Here): ProjectRow | undefined {
  const user = here.users.find(one => isSameUserName(one.name, owner))
  return here.projects.find(
    one => one.ownerId === user?.id && one.sourceKind === source.kind && one.sourceAddress === source.address,
  )
}
