import { isAtRun } from '../../shared/domain/variable.ts'
import type { ReleaseRecord } from '../clusters/release-record.ts'
import type { Reader } from '../database/reader.ts'
import type { DeploymentRow, ReleaseWithBuild } from '../database/rows.ts'

/** The release as it is written down beside what runs. No value of a secret, and none that the app itself is given. */
export function toReleaseRecord(
  reader: Reader,
  deployment: DeploymentRow,
  release: ReleaseWithBuild,
): ReleaseRecord | undefined {
  const { build } = release
  const owner = reader.ownerOf(deployment.id)
  const project = reader.project(deployment.projectId)
  if (owner === undefined || project === undefined || build.plan === null || build.artifact === null)
    return undefined
  const { id, name, branch, port, planEdits, keepsRunning, size, instances, createdAt } = deployment
  const addOn = reader.addOn(id)
  const [following, preview] = [reader.followingOf(id), reader.previewRecordOf(id)]
  const atRun = release.variables.filter(isAtRun)
  const isRun = (name: string) => atRun.some(one => one.name === name)
  const atBuild = reader.variablesOf(id).filter(one => one.scope === 'build' && !isRun(one.name))
  return withinBounds({
    version: 1,
    owner,
    project: {
      id: project.id,
      name: project.name,
      source: { kind: project.sourceKind, address: project.sourceAddress },
    },
    deployment: {
      ...{ id, name, branch, port, planEdits, keepsRunning, size, instances, createdAt },
      ...(addOn === undefined
        ? {}
        : { addOn: { engine: addOn.engine, image: addOn.image, volumeGib: addOn.volumeGib } }),
      ...(Object.keys(following).length === 0 ? {} : { following }),
      ...(preview === undefined ? {} : { preview }),
    },
    build: {
      id: build.id,
      commit: { sha: build.sha, subject: build.subject, author: build.author, at: build.committedAt },
      branch: build.branch,
      port: build.port,
      planEdits: build.planEdits,
      plan: build.plan,
      artifact: build.artifact,
      requestedBy: build.requestedBy,
      createdAt: build.createdAt,
      startedAt: build.startedAt,
      finishedAt: build.finishedAt,
    },
    release: {
      id: release.id,
      number: release.number,
      port: release.port,
      size: release.size,
      rollbackTo: release.rollbackTo,
      requestedBy: release.requestedBy,
      createdAt: release.createdAt,
    },
    variables: [
      ...atRun.map(one => ({
        name: one.name,
        scope: one.scope,
        isSecret: 'secretVersion' in one,
      })),
      ...atBuild.map(one => ({
        name: one.name,
        scope: one.scope,
        isSecret: one.secretVersion !== null,
        ...(one.value === null ? {} : { value: one.value }),
      })),
    ],
  })
}

/** All annotations of an object together may have 256 KiB: a record that is too large for them must not keep an app from its release. */
const mostBytes = 200 * 1024

/** Without values where they are too much, and not at all where that does not help. */
function withinBounds(record: ReleaseRecord): ReleaseRecord | undefined {
  const fits = (one: ReleaseRecord) => Buffer.byteLength(JSON.stringify(one)) <= mostBytes
  if (fits(record)) return record
  const variables = record.variables.map(({ value: _, ...one }) => one)
  const lighter = { ...record, variables }
  return fits(lighter) ? lighter : undefined
}
