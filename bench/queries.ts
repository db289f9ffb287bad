import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { openDatabase } from '../electron/database/open.ts'
import { createReader, type Reader } from '../electron/database/reader.ts'
import { mostAtOnce } from '../shared/contract/deployments.ts'
import { createDataFolder } from '../tests/support/platform.ts'
import { type Result, toResult } from './result.ts'

const counts = { deployments: 5_000, builds: 100_000, activity: 200_000 }
const series = 5
const asks = 100
const aimMs = 5

/** The queries that screens and the reconciler ask, on a file of 5,000 deployments and 100,000 builds. */
export function benchQueries(): Result[] {
  const data = createDataFolder()
  const database = openDatabase(join(data.path, 'slipway.db'))
  try {
    fill(database.sqlite)
    const reader = createReader(database.orm)
    return Object.entries(queries).map(([name, ask]) => measure(name, n => ask(reader, n)))
  } finally {
    database.close()
    data.remove()
  }
}

const toId = (kind: string, n: number) => `01${kind}${String(n).padStart(23, '0')}`
const anyDeployment = (n: number) => toId('d', (n * 7919) % counts.deployments)
const anyBuild = (n: number) => toId('b', (n * 7919) % counts.builds)

const queries: Record<string, (reader: Reader, n: number) => unknown> = {
  'a page of the board': reader => reader.deploymentPage({ limit: mostAtOnce }),
  'a later page of the board': (reader, n) =>
    reader.deploymentPage({ before: anyDeployment(n), limit: mostAtOnce }),
  'ten deployments that changed': (reader, n) =>
    reader.deploymentsOfIds(Array.from({ length: 10 }, (_, i) => anyDeployment(n + i))),
  'the deployments that changed last': reader => reader.deployments(5),
  'how many are of each status': reader => reader.deploymentCounts(),
  'a deployment': (reader, n) => reader.deployment(anyDeployment(n)),
  'its releases': (reader, n) =>
    reader.pastReleasesOf(anyDeployment(n), reader.artifactsOf(anyDeployment(n))),
  'its builds': (reader, n) => reader.buildsOf(anyDeployment(n), 50),
  'the page of builds': reader => reader.builds({ limit: 100 }),
  'a later page of builds': (reader, n) => reader.builds({ before: anyBuild(n), limit: 100 }),
  'the page of activity': reader => reader.activity({ limit: 100 }),
  'a later page of activity': (reader, n) => reader.activity({ before: toId('a', n * 500), limit: 100 }),
  'activity of a deployment': (reader, n) => reader.activity({ deploymentId: anyDeployment(n), limit: 100 }),
  'one look of the reconciler': (reader, n) => {
    const id = anyDeployment(n)
    const row = reader.deploymentRow(id)
    reader.unfinishedBuilds(id)
    reader.runningBuilds(row?.clusterId ?? '')
    reader.release(row?.targetReleaseId ?? '')
    reader.builtFrom(id, 'x')
  },
  'what is queued': reader => reader.queuedDeploymentIds(),
  'a deployment by name': (reader, n) => reader.deploymentNamed(`app-${n % counts.deployments}`),
}

/** The slowest hundredth of each series, against what it may take. */
function measure(name: string, ask: (n: number) => unknown): Result {
  for (let n = 0; n < 5; n++) ask(n)
  const slowest = Array.from({ length: series }, (_, one) => {
    const times = Array.from({ length: asks }, (__, n) => {
      const began = performance.now()
      ask(one * asks + n)
      return performance.now() - began
    }).sort((a, b) => a - b)
    return times[Math.ceil(asks * 0.99) - 1] ?? Number.NaN
  })
  return toResult({ name: `p99 of ${name}`, unit: 'ms', aim: 1 }, { ours: slowest, reference: [aimMs] })
}

/** Rows as a long used Slipway has them: twenty builds of each deployment, nearly all released, with plan and steps. */
export function fill(sqlite: Sqlite.Database, { isStopped = false } = {}): void {
  const step = (name: string) => ({ name, status: 'succeeded', startedAt: 1, finishedAt: 2, logSeq: 1 })
  const found = (value: string) => ({ value, origin: 'package.json' })
  const plan = JSON.stringify({
    ...{ kind: 'node', label: 'Node (npm)', root: '.', runtime: found('Node 24'), install: found('npm ci') },
    ...{
      build: found('npm run build'),
      start: found('npm start'),
      output: null,
      fallback: null,
      port: null,
      notes: [],
    },
  })
  const steps = JSON.stringify(['fetch', 'plan', 'install', 'build'].map(step))
  const each = (count: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count})`
  const id = (kind: string, of = 'i') => `printf('01${kind}%023d', ${of})`
  sqlite.exec(`
    BEGIN;
    INSERT INTO users (id, name, created_at) VALUES (${id('u', '0')}, 'ana', 1);
    INSERT INTO clusters (id, kind, name, created_at) VALUES (${id('c', '0')}, 'local', 'This computer', 1);
    ${each(counts.deployments)} INSERT INTO projects (id, owner_id, name, source_kind, source_address, created_at)
      SELECT ${id('p')}, ${id('u', '0')}, 'app-' || i, 'git', 'https://example.org/app-' || i || '.git', i FROM n;
    ${each(counts.deployments)} INSERT INTO deployments (id, project_id, cluster_id, name, branch, status, created_at, changed_at)
      SELECT ${id('d')}, ${id('p')}, ${id('c', '0')}, 'app-' || i, 'main', '${isStopped ? 'stopped' : 'live'}', i, (i * 7919) % 1000003 FROM n;
    UPDATE deployments SET wanted = '${isStopped ? 'stopped' : 'running'}';
    ${each(counts.builds)} INSERT INTO builds (id, deployment_id, status, sha, subject, author, branch, plan_edits, plan, steps, artifact, requested_by, created_at, fingerprint)
      SELECT ${id('b')}, ${id('d', `i % ${counts.deployments}`)}, CASE WHEN i % 20 = 7 THEN 'failed' ELSE 'succeeded' END, printf('%040x', i),
        'Say hello for the ' || i || 'th time', 'Ana Test', 'main', '{}', '${plan}', '${steps}', 'deployments/x/builds/' || i, 'ana', i, i FROM n;
    ${each(counts.builds)} INSERT INTO releases (id, deployment_id, build_id, number, status, variables, requested_by, created_at, live_at)
      SELECT ${id('r')}, ${id('d', `i % ${counts.deployments}`)}, ${id('b')}, i / ${counts.deployments} + 1,
        CASE WHEN i >= ${counts.builds - counts.deployments} THEN 'live' ELSE 'retired' END, '[]', 'ana', i, i FROM n WHERE i % 20 <> 7;
    ${each(counts.activity)} INSERT INTO activity (id, at, user, verb, deployment_id, deployment, detail)
      SELECT ${id('a')}, i, 'ana', 'deploy', ${id('d', `i % ${counts.deployments}`)}, 'app-' || (i % ${counts.deployments}), 'abcdef0' FROM n;
    UPDATE deployments SET
      serving_release_id = (SELECT id FROM releases WHERE deployment_id = deployments.id ORDER BY number DESC LIMIT 1),
      target_release_id = (SELECT id FROM releases WHERE deployment_id = deployments.id ORDER BY number DESC LIMIT 1);
    COMMIT;
    ANALYZE;`)
}
