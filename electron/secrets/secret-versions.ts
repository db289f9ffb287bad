import { SlipwayError } from '../../shared/domain/failure.ts'
import type { StoredVariable } from '../../shared/domain/variable.ts'
import type { Reader } from '../database/reader.ts'
import type { Writer } from '../database/writer.ts'
import type { SecretStore } from './secret-store.ts'

/** Variables as a process gets them. `secrets`: values that no log may show. */
export interface ResolvedVariables {
  readonly variables: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
}

export type SecretVersions = ReturnType<typeof createSecretVersions>

/**
 * Every value of a secret is a version of its own, announced in the database before it is stored. A version that nothing
 * names any more is deleted: from the store first, so that a crash in between leaves a row to find it by.
 */
export function createSecretVersions({
  reader,
  writer,
  store,
}: {
  reader: Reader
  writer: Writer
  store: SecretStore
}) {
  const underWay = new Set<string>()
  let collecting: Promise<void> = Promise.resolve()

  const collectUnused = async (): Promise<void> => {
    for (const version of reader.unusedSecretVersions()) {
      if (underWay.has(version)) continue
      await store.delete(version)
      writer.forgetSecretVersion(version)
    }
  }

  /** Deletes what nothing names. What cannot be deleted now is found again by the next call. */
  const collect = (): Promise<void> => {
    collecting = collecting.catch(() => undefined).then(collectUnused)
    return collecting
  }

  return {
    /** Stores the values, then has their versions recorded; what is not recorded is not kept. */
    async keep<T>(
      values: ReadonlyMap<string, string>,
      record: (versions: ReadonlyMap<string, string>) => T,
    ): Promise<T> {
      const versions = new Map<string, string>()
      try {
        for (const [name, value] of values) {
          const version = writer.secretVersion()
          underWay.add(version)
          versions.set(name, version)
          await store.set(version, value)
        }
        return record(versions)
      } finally {
        for (const version of versions.values()) underWay.delete(version)
      }
    },

    async resolve(stored: readonly StoredVariable[]): Promise<ResolvedVariables> {
      const variables: Record<string, string> = {}
      const secrets: string[] = []
      for (const one of stored) {
        if ('value' in one) variables[one.name] = one.value
        else {
          const value = await store.get(one.secretVersion)
          if (value === undefined) throw missingSecret(one.name)
          variables[one.name] = value
          secrets.push(value)
        }
      }
      return { variables, secrets }
    },

    /** Every value that is kept. */
    async readAll(): Promise<string[]> {
      const values = await Promise.all(reader.secretVersions().map(version => store.get(version)))
      return values.filter(value => value !== undefined)
    },

    /** The value of one version; `what` it is, for people. */
    async read(version: string, what: string): Promise<string> {
      const value = await store.get(version)
      if (value === undefined) throw missingSecret(what)
      return value
    },

    collect,
  }
}

const missingSecret = (name: string): SlipwayError =>
  new SlipwayError({
    code: 'secrets_unavailable',
    message: `The value of ${name} is not in the secret store any more.`,
    hint: `Set ${name} again, then deploy.`,
  })
