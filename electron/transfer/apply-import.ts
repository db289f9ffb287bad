import type {
  ExportContents,
  ExportedDeployment,
  ExportedProject,
  ImportReport,
} from '../../shared/domain/export-file.ts'
import type { User } from '../../shared/domain/records.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import { checkVariables } from '../pipeline/variables.ts'

/** Names a secret among those of all deployments. */
export const toSecretKey = (deployment: string, variable: string): string => `${deployment} ${variable}`

/**
 * Does what the report says, inside of a transaction of the caller's. `versions`: of secrets whose values are stored, by key.
 * Returns which deployments are new or other than before.
 */
export function createApplyImport({
  reader,
  writer,
}: {
  reader: Reader
  writer: Writer
}): (wanted: {
  contents: ExportContents
  report: ImportReport
  versions: ReadonlyMap<string, string>
  asker: Pick<User, 'name'>
}) => string[] {
  return ({ contents, report, versions, asker }) => {
    const user = asker.name
    if (report.takesSettings) writer.setting('keepsRunning', contents.settings.keepsRunning)
    for (const name of report.users.added) {
      writer.user(name)
      writer.activity({ user, verb: 'user_added', deploymentId: null, deployment: null, detail: name })
    }
    const clusterId = reader.clusters().find(one => one.kind === 'local')?.id ?? ''
    const decided = new Map(report.deployments.map(one => [one.name, one]))
    const note = (verb: 'imported' | 'changed', id: string, name: string, detail: string) =>
      writer.activity({ user, verb, deploymentId: id, deployment: name, detail })

    const add = ({ owner, name, source }: ExportedProject, one: ExportedDeployment, missing: string[]) => {
      const ownerId = reader.userNamed(owner)?.id ?? ''
      const projectId = writer.project({ ownerId, name, source })
      const { variables, keptFolders, size, instances, following, ...rest } = one
      const id = writer.deployment({ projectId, clusterId, ...rest })
      writer.changeDeployment(id, { keptFolders, size, instances })
      writer.follow(id, following)
      addPlain(id, variables)
      addSecrets(id, one, versions)
      note('imported', id, one.name, missing.length === 0 ? '' : `secrets to set: ${missing.join(', ')}`)
      return id
    }
    const complete = (one: ExportedDeployment, secrets: string[]) => {
      const id = reader.deploymentNamed(one.name)?.id ?? ''
      addSecrets(id, one, versions)
      note('changed', id, one.name, `variables: ${secrets.join(', ')}`)
      return id
    }

    return contents.projects.flatMap(project =>
      project.deployments.flatMap(one => {
        const { outcome, secrets = [], missing = [] } = decided.get(one.name) ?? {}
        if (outcome === 'added') return [add(project, one, missing)]
        const set = secrets.filter(name => !missing.includes(name))
        return outcome === 'kept' && set.length > 0 ? [complete(one, set)] : []
      }),
    )
  }

  function addPlain(deploymentId: string, variables: ExportedDeployment['variables']): void {
    const plain = variables.flatMap(({ name, scope, value }) =>
      value === null ? [] : [{ name, scope, value }],
    )
    checkVariables([], { set: plain.map(one => ({ ...one, isSecret: false })), remove: [] })
    for (const one of plain) writer.variable({ deploymentId, ...one, secretVersion: null })
  }

  /** Those that the report wants have versions. */
  function addSecrets(
    deploymentId: string,
    { name: deployment, variables }: ExportedDeployment,
    versions: ReadonlyMap<string, string>,
  ): void {
    for (const { name, scope, value } of variables) {
      const secretVersion = versions.get(toSecretKey(deployment, name))
      if (value === null && secretVersion !== undefined)
        writer.variable({ deploymentId, name, scope, value: null, secretVersion })
    }
  }
}
