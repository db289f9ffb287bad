import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Activity, Cluster, Source } from '../../../shared/domain/records.ts'
import type { Clusters } from '../../clusters/clusters.ts'
import { toImageName, toImagePlan } from '../../clusters/image-plan.ts'
import type { Reader } from '../../database/reader.ts'
import type { DeploymentRow } from '../../database/rows.ts'
import type { Writer } from '../../database/writer.ts'
import type { SecretVersions } from '../../secrets/secret-versions.ts'
import type { GitLogin, SourceReader } from '../../sources/source-reader.ts'

/** Who asks. `hasConsent`: typing the command is the consent; elsewhere it must have been given before. */
export interface Asker {
  readonly userId: string
  readonly name: string
  readonly hasConsent: boolean
}

export interface IntentDeps {
  readonly reader: Reader
  readonly writer: Writer
  readonly sources: SourceReader
  readonly driver: Pick<Clusters, 'hasArtifact' | 'findImage' | 'addressOf'>
  readonly secrets: SecretVersions
  /** What git shows when the repository asks who reads it. */
  readonly loginFor: (source: Source, reader: { ownerId: string }) => Promise<GitLogin | undefined>
  readonly wake: (deploymentId: string) => void
  readonly now: () => number
}

/** Of a deployment that is asked about: it is there, and stays. */
export function requirePresent<T extends Pick<DeploymentRow, 'name' | 'wanted'>>(found: T | undefined): T {
  if (found !== undefined && found.wanted !== 'removed') return found
  throw new SlipwayError({
    code: 'not_found',
    message: found === undefined ? 'There is no such deployment.' : `${found.name} is being removed.`,
    hint: 'Go back to the board.',
  })
}

export type Asking = ReturnType<typeof createAsking>

/** What all intents begin and end with: the deployment they are about, the transaction, the activity line, the queue. */
export function createAsking(deps: IntentDeps) {
  const { reader, writer, wake } = deps
  const find = (id: string): DeploymentRow => requirePresent(reader.deploymentRow(id))

  return {
    find,

    /** Intents about a deployment that is there: one transaction, then the queue. */
    ask: <T>(id: string, work: (row: DeploymentRow) => T): T => {
      const result = writer.transaction(() => work(find(id)))
      wake(id)
      return result
    },

    record: (
      asker: Asker,
      verb: Activity['verb'],
      row: Pick<DeploymentRow, 'id' | 'name'>,
      detail = '',
    ): void => {
      writer.activity({ user: asker.name, verb, deploymentId: row.id, deployment: row.name, detail })
    },

    askConsent: (asker: Asker): void => {
      if (asker.hasConsent || reader.settings().localConsentAt !== null) return
      throw new SlipwayError({
        code: 'consent_required',
        message: 'Code that is deployed on this computer runs with your own rights.',
        hint: 'Agree to that once, in the deploy wizard.',
      })
    },

    /** What a deploy would take now: the head of a branch, the files of a folder, the image of a tag. */
    readHead: async (
      source: Source,
      wish: { branch: string; cluster: Cluster; port: number | null; ownerId: string },
    ): Promise<{ branch: string; sha: string }> =>
      source.kind === 'image'
        ? readImageHead(deps.driver, source, wish)
        : deps.sources.head(source, wish.branch, { login: await deps.loginFor(source, wish) }),

    /** This computer, if none is named. */
    findCluster: (id: string | undefined): Cluster => {
      const found = reader.clusters().find(one => (id === undefined ? one.kind === 'local' : one.id === id))
      if (found) return found
      throw new SlipwayError({
        code: 'not_found',
        message: 'There is no such cluster.',
        hint: 'Choose another place, or add the cluster again.',
      })
    },
  }
}

/** Throws where nobody knows the port on which it listens: better now than when it is half deployed. */
async function readImageHead(
  driver: IntentDeps['driver'],
  source: Source,
  { branch, cluster, port }: { branch: string; cluster: Cluster; port: number | null },
): Promise<{ branch: string; sha: string }> {
  const image = toImageName(source, branch)
  const found = await driver.findImage(image, cluster.kind === 'local' ? undefined : cluster.id)
  toImagePlan(found, port)
  return { branch: image.reference, sha: found.commit.sha }
}
