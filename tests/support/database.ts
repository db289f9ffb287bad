import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIds } from '../../electron/database/ids.ts'
import { openDatabase } from '../../electron/database/open.ts'
import { createReader } from '../../electron/database/reader.ts'
import { createWriter } from '../../electron/database/writer.ts'
import type { Plan } from '../../shared/domain/plan.ts'

/** A database file of the test's own, with one user and one cluster, and a clock that goes on by a second a look. */
export function createTestDatabase() {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-database-'))
  const file = join(folder, 'slipway.db')
  let time = 1_750_000_000_000
  const now = () => {
    time += 1000
    return time
  }
  const database = openDatabase(file, { now })
  const writer = createWriter(database, { newId: createIds(now), now })
  const clusterId = writer.cluster('local', 'This computer')
  const ownerId = writer.user('ana')

  return {
    folder,
    file,
    database,
    writer,
    reader: createReader(database.orm),
    now,
    /** A deployment of a project of its own. */
    deployment(name: string, on = clusterId): string {
      const projectId = writer.project({
        ownerId,
        name,
        source: { kind: 'git', address: `https://example.org/${name}.git` },
      })
      return writer.deployment({
        projectId,
        clusterId: on,
        name,
        branch: 'main',
        port: null,
        planEdits: {},
        keepsRunning: false,
      })
    },
    queuedBuild: (deploymentId: string, sha = 'a'.repeat(40)): string =>
      writer.build({
        deploymentId,
        sha,
        branch: 'main',
        port: null,
        planEdits: {},
        variables: [],
        fingerprint: sha,
        isFresh: false,
        requestedBy: 'ana',
      }),
    /** A succeeded build and the release made of it. */
    release(deploymentId: string): string {
      const buildId = this.queuedBuild(deploymentId)
      writer.moveBuild(buildId, 'queued', 'running', { startedAt: now() })
      writer.moveBuild(buildId, 'running', 'succeeded', { plan, artifact: `builds/${buildId}` })
      return writer.release({
        deploymentId,
        buildId,
        port: null,
        variables: [],
        rollbackTo: null,
        requestedBy: 'ana',
      })
    },
    close(): void {
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type TestDatabase = ReturnType<typeof createTestDatabase>

export const plan: Plan = {
  kind: 'procfile',
  label: 'Procfile',
  root: '.',
  runtime: null,
  install: null,
  build: null,
  start: { value: 'node server.js', origin: 'Procfile line 1' },
  output: null,
  fallback: null,
  port: null,
  notes: [],
}
