import { readdirSync } from 'node:fs'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { EngineName } from '../../shared/domain/add-on.ts'
import { clusterSettings, clusterTest, contextName, kubeconfig, kubectl } from '../support/cluster.ts'
import { newId } from '../support/cluster-driver.ts'
import { pushImage } from '../support/images.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'
import { offerVolume } from '../support/volumes.ts'

const data = createDataFolder()
const mark = newId().slice(-8)
let platform: Platform
let clusterId: string
let namespace: string

beforeAll(async () => {
  platform = await startPlatform(data.path)
  const changes = { kubeconfig, ...(await clusterSettings()) }
  clusterId = (await platform.clusters.add({ context: contextName, changes })).id
  namespace = tenantNamespace(platform.users.current().id)
})

afterAll(async () => {
  for (const one of platform?.deployments() ?? []) {
    for (const to of platform.reader.attachmentsOf(one.id))
      await platform.intents.detach({ id: one.id, deploymentId: to.id }, asker(platform))
    platform.intents.remove(one.id, one.name, asker(platform), { deletesData: true })
  }
  await platform?.idle()
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found')
  await platform?.dispose({ stopApps: true })
  data.remove()
})

/** Answers each request with what the program prints; `$path` is what was asked for. */
const serve = (program: string) => `
use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 10, ReuseAddr => 1) or die;
while (my $client = $server->accept) {
  my ($path) = (<$client> // '') =~ m{ /(\\S*)}; 
  while (defined(my $line = <$client>)) { last if $line eq "\\r\\n" }
  $ENV{path} = $path;
  my $text = qx{${program}};
  print $client "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: ", length($text), "\\r\\n\\r\\n$text";
  close $client;
}`
const clients: Record<EngineName, { base: string; program: string }> = {
  postgres: {
    base: 'library/postgres:15',
    program: [
      'psql "\\$DATABASE_URL" -qtA',
      '-c "SET client_min_messages = error"',
      '-c "CREATE TABLE IF NOT EXISTS notes (text text PRIMARY KEY)"',
      `-c "INSERT INTO notes SELECT '\\$path' WHERE '\\$path' <> '' ON CONFLICT DO NOTHING"`,
      `-c "SELECT string_agg(text, ',' ORDER BY text) FROM notes" 2>&1`,
    ].join(' '),
  },
  redis: {
    base: 'library/redis:7',
    program: `[ -z "\\$path" ] || redis-cli --no-auth-warning -u "\\$REDIS_URL" SADD notes "\\$path" >/dev/null; redis-cli --no-auth-warning -u "\\$REDIS_URL" SORT notes ALPHA 2>&1 | paste -sd,`,
  },
}

/** An app that keeps in the database what it is asked for, and answers with all that it keeps. */
async function deployApp(engine: EngineName, name = `${engine}-app-${mark}`) {
  const { base, program } = clients[engine]
  const tag = `${engine}-${mark}`
  const repository = 'tests/add-on-app'
  await pushImage({ base, command: ['perl', '-e', serve(program)], tag, repository })
  const registry = (await clusterSettings()).registry?.address
  const { id } = await platform.intents.create(
    {
      source: { kind: 'image', address: `${registry}/${repository}` },
      branch: tag,
      name,
      port: 8080,
      planEdits: {},
      clusterId,
    },
    asker(platform),
  )
  return waitForDeployment(platform, id, isLive, 120_000)
}

const ask = async (name: string, path: string) =>
  (await getThroughGateway(platform, name, `/${path}`)).body.trim()
const keeps = (name: string, notes: string, path = '') =>
  vi.waitFor(async () => expect(await ask(name, path)).toBe(notes), { timeout: 60_000, interval: 500 })

async function last<T>(steps: AsyncIterable<T>): Promise<T | undefined> {
  let step: T | undefined
  for await (step of steps);
  return step
}

const objectsOf = async (id: string) =>
  (
    await kubectl(
      ...['get', 'statefulset,service,secret,pvc,pod', '-n', namespace, '-o=name'],
      ...['-l', `slipway.dev/deployment=${id}`, '--ignore-not-found'],
    )
  )
    .split('\n')
    .filter(line => line !== '')

clusterTest.each([
  { engine: 'postgres', version: '15', variable: 'DATABASE_URL' },
  { engine: 'redis', version: '7', variable: 'REDIS_URL' },
] as const)(
  '$engine is made for an app, which reads and writes it through its variable; it is backed up, restored and removed',
  async ({ engine, version, variable }) => {
    const app = await deployApp(engine)
    await offerVolume(`${engine}-${mark}`)
    const made = await platform.intents.createAddOn(
      app.id,
      { engine, version, volumeGib: 1 },
      asker(platform),
    )
    const database = await waitForDeployment(platform, made.id, isLive, 120_000)
    expect(database).toMatchObject({
      name: `${app.name}-${engine}`,
      project: { id: app.project.id },
      addOn: { engine, volumeGib: 1 },
    })
    expect(platform.variables(made.id).variables).toMatchObject([{ isSecret: true, value: null }])

    expect(await platform.intents.attach({ id: made.id, deploymentId: app.id }, asker(platform))).toEqual({
      variable,
      applied: 'release',
    })
    await keeps(app.name, 'kept', 'kept')

    const done = await last(platform.backups.backup(made.id, asker(platform)))
    const backup = done?.backup
    if (backup == null) throw new Error('there is no backup')
    expect(await platform.backups.list(made.id)).toEqual([backup])
    await keeps(app.name, 'kept,later', 'later')

    // A start anew finds what was written.
    platform.intents.restart(made.id, asker(platform))
    await waitForDeployment(
      platform,
      made.id,
      one => isLive(one) && one.health.since !== database.health.since,
      120_000,
    )
    await keeps(app.name, 'kept,later')

    // Half a file changes nothing.
    const half = join(data.path, 'half')
    await writeFile(half, await readFile(backup.file))
    await truncate(half, Math.floor(backup.bytes / 2))
    const restore = (file: string, name: string) =>
      last(platform.backups.restore({ id: made.id, file, name }, asker(platform)))
    await expect(restore(half, made.name)).rejects.toThrow('could not be restored')
    await expect(restore(backup.file, 'another')).rejects.toThrow('does not match')
    expect(await ask(app.name, '')).toBe('kept,later')
    await restore(backup.file, made.name)
    await keeps(app.name, 'kept')

    // Cancelled, it leaves nothing half.
    const cancelled = new AbortController()
    const cancelling = platform.backups.backup(made.id, asker(platform), cancelled.signal)
    cancelled.abort()
    await expect(last(cancelling)).rejects.toThrow()
    expect(readdirSync(join(data.path, 'backups', made.id))).toHaveLength(1)

    expect(() => platform.intents.remove(made.id, made.name, asker(platform))).toThrow('uses')
    await platform.intents.detach({ id: made.id, deploymentId: app.id }, asker(platform))
    expect(platform.variables(app.id).variables).toEqual([])
    platform.intents.remove(made.id, made.name, asker(platform))
    await platform.idle()
    const volume = `${made.name}-${made.id.slice(-8)}-data`
    expect(await platform.residue(made.id)).toMatchObject({
      processes: 0,
      rows: 0,
      keptData: `the volume ${volume} in the namespace ${namespace}`,
    })
    expect(await kubectl('get', 'pvc', '-n', namespace, volume, '-o=jsonpath={.status.phase}')).toBe('Bound')
    expect(await objectsOf(made.id)).toEqual([])
    await kubectl('delete', 'pvc', '-n', namespace, volume)
  },
)

clusterTest('with its volume nothing is left, and what does not start says why', async () => {
  const app = await deployApp('postgres', `other-${mark}`)
  await offerVolume(`other-${mark}`)
  const add = (version: string) =>
    platform.intents.createAddOn(app.id, { engine: 'postgres', version, volumeGib: 1 }, asker(platform))
  await expect(add('nowhere')).rejects.toThrow('nowhere')
  const made = await add('15')
  await waitForDeployment(platform, made.id, isLive, 120_000)
  expect((await objectsOf(made.id)).map(name => name.split('/')[0]).toSorted()).toEqual([
    'persistentvolumeclaim',
    'pod',
    'secret',
    'service',
    'statefulset.apps',
  ])
  platform.intents.stop(made.id, asker(platform))
  await waitForDeployment(platform, made.id, one => one.status === 'stopped' && one.health.ready === 0)
  platform.intents.start(made.id, asker(platform))
  await waitForDeployment(platform, made.id, isLive, 120_000)
  platform.intents.remove(made.id, made.name, asker(platform), { deletesData: true })
  await platform.idle()
  expect(await platform.residue(made.id)).toEqual({
    processes: 0,
    checkouts: 0,
    logs: 0,
    rows: 0,
    keptData: null,
  })
  expect(await objectsOf(made.id)).toEqual([])
})
