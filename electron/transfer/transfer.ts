import type { ExportContents, ImportReport, SecretValues } from '../../shared/domain/export-file.ts'
import { whyPassphraseIsRefused } from '../../shared/domain/export-file.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { User } from '../../shared/domain/records.ts'
import type { Reader } from '../database/reader.ts'
import { toStored } from '../database/stored-variable.ts'
import type { Writer } from '../database/writer.ts'
import type { SecretVersions } from '../secrets/secret-versions.ts'
import { createApplyImport, toSecretKey } from './apply-import.ts'
import { decideImport } from './decide-import.ts'
import { type ExportFile, readExport, toDigest, writeExport } from './export-text.ts'
import { seal, unseal } from './seal.ts'

export interface Exported {
  readonly text: string
  readonly deployments: number
  readonly secrets: number
}

/** The platform as one file, and back. An import adds what is not here, in one transaction, and starts nothing. */
export function createTransfer(deps: {
  reader: Reader
  writer: Writer
  secrets: Pick<SecretVersions, 'keep' | 'resolve'>
  /** Has secrets deleted that nothing names. */
  collect: () => void
  changed: (deploymentIds: readonly string[]) => void
  now: () => number
}) {
  const { reader, writer, secrets, changed } = deps
  const apply = createApplyImport(deps)

  const here = () => ({
    users: reader.users(),
    projects: reader.projects(),
    deployments: reader.deploymentRows(),
    variablesOf: (id: string) => reader.variablesOf(id).map(({ name }) => name),
  })

  const record = (asker: Pick<User, 'name'>, verb: 'exported', detail: string) => {
    writer.activity({ user: asker.name, verb, deploymentId: null, deployment: null, detail })
    changed([])
  }

  /**
   * Add-ons are of the cluster where their data is, and so are the variables that lead to them. Previews are of their requests: they
   * are made again.
   */
  const exported = () =>
    reader
      .deploymentRows()
      .filter(
        ({ id, wanted }) =>
          wanted !== 'removed' && reader.addOn(id) === undefined && reader.previewRecordOf(id) === undefined,
      )
  const variablesOf = (id: string) => reader.variablesOf(id).filter(one => one.addOnId === null)

  const gather = (): ExportContents => {
    const users = reader.users()
    const nameOf = (id: string) => users.find(user => user.id === id)?.name ?? ''
    const deployments = exported()
    const projects = reader.projects().map(project => ({
      owner: nameOf(project.ownerId),
      name: project.name,
      source: { kind: project.sourceKind, address: project.sourceAddress },
      deployments: deployments
        .filter(one => one.projectId === project.id)
        .map(({ id, name, branch, port, planEdits, keepsRunning, keptFolders, size, instances }) => ({
          name,
          branch,
          port,
          planEdits,
          keepsRunning,
          keptFolders,
          size,
          instances,
          following: reader.followingOf(id),
          variables: variablesOf(id).map(one => ({
            name: one.name,
            scope: one.scope,
            value: one.value,
          })),
        }))
        .toSorted(byName),
    }))
    return {
      settings: { keepsRunning: reader.settings().keepsRunning },
      users: users.map(({ name }) => name).toSorted(),
      projects: projects
        .filter(project => project.deployments.length > 0)
        .toSorted((a, b) => compare(a.owner, b.owner) || compare(a.source.address, b.source.address)),
    }
  }

  const readSecrets = async (): Promise<SecretValues> => {
    const values: SecretValues = []
    for (const { id, name } of exported()) {
      const stored = variablesOf(id).filter(one => one.secretVersion !== null)
      const { variables } = await secrets.resolve(stored.map(toStored))
      values.push(...Object.entries(variables).map(([variable, value]): Secret => [name, variable, value]))
    }
    return values
  }

  /** By the key of each. */
  const openSecrets = async (file: ExportFile, passphrase: string | null): Promise<Map<string, string>> => {
    if (passphrase === null || file.secrets === null) return new Map()
    const values = await unseal(file.secrets, passphrase, file.digest)
    return new Map(values.map(([deployment, variable, value]) => [toSecretKey(deployment, variable), value]))
  }

  return {
    /** With a `passphrase`, the values of secrets go along, sealed under it. */
    export: async (passphrase: string | null, asker: Pick<User, 'name'>): Promise<Exported> => {
      const why = passphrase === null ? undefined : whyPassphraseIsRefused(passphrase)
      if (why !== undefined) {
        throw new SlipwayError({
          code: 'invalid_input',
          message: 'The passphrase is not taken.',
          hint: `${why}: whoever has the file can try as many as they like.`,
        })
      }
      const contents = gather()
      const digest = toDigest(contents)
      const values = passphrase === null ? undefined : await readSecrets()
      const sealed = values && passphrase !== null ? await seal(values, passphrase, digest) : null
      const text = writeExport({ madeAt: deps.now(), digest, contents, secrets: sealed })
      record(asker, 'exported', passphrase === null ? 'without secrets' : 'with secrets')
      return {
        text,
        deployments: contents.projects.reduce((sum, one) => sum + one.deployments.length, 0),
        secrets: values?.length ?? 0,
      }
    },

    /** What `import` would do with the passphrase of the file. Changes nothing. */
    inspect: (text: string): ImportReport => {
      const file = readExport(text)
      const isSealed = file.secrets !== null
      return decideImport({ ...file, isSealed }, here(), () => isSealed)
    },

    /** Without a passphrase, sealed secrets stay in the file and are missing afterwards. */
    import: async (
      text: string,
      passphrase: string | null,
      asker: Pick<User, 'name'>,
    ): Promise<ImportReport> => {
      const file = readExport(text)
      const values = await openSecrets(file, passphrase)
      const decideWith = (hasValue: (key: string) => boolean) =>
        decideImport({ ...file, isSealed: file.secrets !== null }, here(), (deployment, variable) =>
          hasValue(toSecretKey(deployment, variable)),
        )
      const wanted = decideWith(key => values.has(key)).deployments.flatMap(one =>
        one.secrets.map(secret => toSecretKey(one.name, secret)),
      )
      const kept = new Map([...values].filter(([key]) => wanted.includes(key)))
      try {
        const { report, ids } = await secrets.keep(kept, versions =>
          writer.transaction(() => {
            const report = decideWith(key => versions.has(key))
            return { report, ids: apply({ contents: file.contents, report, versions, asker }) }
          }),
        )
        changed(ids)
        return report
      } finally {
        deps.collect()
      }
    },
  }
}

type Secret = SecretValues[number]

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const byName = (a: { name: string }, b: { name: string }): number => compare(a.name, b.name)
