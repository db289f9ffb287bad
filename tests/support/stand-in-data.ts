import type { AddOnList } from '../../shared/contract/add-ons.ts'
import type { Backup } from '../../shared/domain/add-on.ts'
import type { Domain } from '../../shared/domain/domain.ts'
import type { Imported, ImportReport } from '../../shared/domain/export-file.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { KeptFolder, WrittenFiles } from '../../shared/domain/kept-folder.ts'
import type { LogDisk, LogLine, LogStream } from '../../shared/domain/log.ts'
import type { MetricsHistory } from '../../shared/domain/metrics.ts'
import { toNameFromSource } from '../../shared/domain/name.ts'
import type { Plan } from '../../shared/domain/plan.ts'
import {
  type Activity,
  type Build,
  type Cluster,
  type Commit,
  type Deployment,
  defaultSettings,
  type Release,
  type Settings,
  type Step,
  type User,
  type UserList,
} from '../../shared/domain/records.ts'
import type { VariableList } from '../../shared/domain/variable.ts'
import { createStandInAccounts } from './stand-in-accounts.ts'
import { createStandInClusters } from './stand-in-clusters.ts'
import { standInDrift } from './stand-in-drift.ts'

/** `empty`: the first start. `varied`: one deployment in every state. `broken`: the list cannot be read. `many`: thousands. */
export type StandInState = 'empty' | 'varied' | 'broken' | 'many'

const minute = 60_000
const day = 1440 * minute

/** Records in memory that look like a few weeks of use. */
export function createStandInData(state: StandInState, now = Date.now()) {
  const nextId = createIds()
  const user: User = { id: nextId(), name: 'ana' }
  const local: Cluster = { id: nextId(), kind: 'local', name: 'This computer' }

  const clusters = createStandInClusters({ local, nextId, now })
  const accounts = createStandInAccounts({ state, nextId, now })

  const other: User = { id: nextId(), name: 'bea' }
  const deployments: Deployment[] = []
  const builds: Build[] = []
  const releases: Release[] = []
  const logs = new Map<string, LogLine[]>()
  const ids: Record<string, string> = {}

  const add = (kind: Kind, name: string, commit: Commit, ageMs: number, project = name) => {
    const id = nextId()
    ids[name] = id
    const at = now - ageMs
    const isPublic = name === 'blog' && state === 'varied'
    const isDatabase = name === 'shop-db'
    const older = {
      ...commit,
      sha: commit.sha.split('').toReversed().join(''),
      subject: 'Header with the new logo',
    }
    const hasServed = kind !== 'queued' && kind !== 'failedFirst'
    const past = hasServed ? [makeBuild(id, older, at - 3 * day, 'succeeded')] : []
    const latest = makeBuild(id, commit, at, buildStatusOf[kind])
    const serves = kind === 'live' || kind === 'degraded' || kind === 'stopped' || kind === 'crashed'
    const made = past.map((build, index) => makeRelease(build, index + 1, serves ? 'retired' : 'live'))
    if (serves) made.push(makeRelease(latest, made.length + 1, kind === 'crashed' ? 'failed' : 'live'))
    if (kind === 'neverListened') {
      made.push({ ...makeRelease(latest, 2, 'failed'), failure: neverListened })
    }
    const serving =
      kind === 'crashed' || kind === 'stopped' ? null : (made.find(each => each.status === 'live') ?? null)
    if (latest.status === 'failed') latest.failure = npmFailed
    builds.push(latest, ...past)
    releases.push(...made.toReversed())
    logs.set(latest.id, buildLog(latest, at))
    logs.set(id, runtimeLog(name, now))
    deployments.push({
      id,
      name,
      status: statusOf[kind],
      wanted: kind === 'stopped' ? 'stopped' : 'running',
      project: {
        id: nextId(),
        name: project,
        source: isDatabase
          ? { kind: 'image', address: 'docker.io/library/postgres' }
          : { kind: 'git', address: `https://git.example.com/ana/${project}.git` },
      },
      owner: name === 'blog' || name === 'docs' ? other : user,
      cluster: isPublic || isDatabase ? clusters.prod : local,
      branch: isDatabase ? '17' : name.endsWith('-staging') ? 'dev' : 'main',
      port: null,
      planEdits: {},
      keepsRunning: kind === 'live',
      size: isPublic ? 'large' : 'medium',
      instances: isPublic ? 3 : 1,
      preview: null,
      addOn: isDatabase ? { engine: 'postgres', volumeGib: 5 } : null,
      isWorker: name === 'thumbnails',
      runsCommand: name === 'metrics',
      url: isPublic ? `https://${name}.apps.example.com/` : `http://${name}.localhost:7780`,
      localUrl: `http://${name}.localhost:7780`,
      health: {
        ready: serving === null || kind === 'degraded' ? 0 : isPublic ? 3 : 1,
        wanted: kind === 'stopped' || serving === null ? 0 : isPublic ? 3 : 1,
        restarts: kind === 'degraded' ? 3 : 0,
        reason: kind === 'degraded' ? 'Restarting after exit code 137' : null,
        instances: serving === null ? [] : ['48213'],
        port: serving === null ? null : 3000,
        since: serving === null ? null : at,
      },
      differences: isPublic ? standInDrift.differences.length : 0,
      serving,
      latestBuild: latest,
      failure: failureOf[kind] ?? null,
      createdAt: at - 30 * day,
      changedAt: at,
    })
  }

  const makeBuild = (deploymentId: string, commit: Commit, at: number, status: Build['status']): Build => ({
    id: nextId(),
    deploymentId,
    status,
    commit,
    plan: nodePlan,
    steps: stepsOf(status, at),
    reusedBuildId: null,
    waitsFor: status === 'queued' ? 'waits for another build of bea' : null,
    usualMs: status === 'running' ? 52_000 : null,
    failure: null,
    requestedBy: 'ana',
    createdAt: at,
    startedAt: status === 'queued' ? null : at + 800,
    finishedAt: status === 'queued' || status === 'running' ? null : at + 41_800,
  })

  const makeRelease = (build: Build, number: number, status: Release['status']): Release => ({
    id: nextId(),
    deploymentId: build.deploymentId,
    buildId: build.id,
    number,
    status,
    commit: build.commit,
    port: null,
    size: 'medium',
    rollbackTo: null,
    commandState: null,
    failure: status === 'failed' ? crashed : null,
    requestedBy: 'ana',
    createdAt: build.createdAt + 42_000,
    liveAt: status === 'failed' ? null : build.createdAt + 43_000,
    endedAt: status === 'live' ? null : build.createdAt + 2 * day,
  })

  if (state === 'varied' || state === 'broken') {
    add('live', 'blog', commitOf('a1b2c3d', 'Fix feed'), 2 * minute)
    add('building', 'shop', commitOf('9f8e7d6', 'New cart with saved addresses'), 38_000)
    add('failed', 'shop-staging', commitOf('77aa001', 'Wip'), 6 * minute, 'shop')
    add('neverListened', 'api', commitOf('3d5f7a9', 'Listen on a port of our own'), 18 * minute)
    add('degraded', 'thumbnails', commitOf('c0ffee1', 'Resize in a worker'), 44 * minute)
    add('queued', 'docs', commitOf('51e2b7c', 'Explain the first deploy'), 20_000)
    add('releasing', 'metrics', commitOf('e4d909c', 'Keep a week of samples'), 45_000)
    add('crashed', 'telegram-bot', commitOf('b16b00b', 'Ask for the token at start'), 5 * 60 * minute)
    add('failedFirst', 'prototype', commitOf('0badcaf', 'First try'), day)
    add(
      'live',
      'a-rather-long-name-that-needs-the-space',
      commitOf('8d3e5f1', 'Move everything that has to do with invoices and their reminders into one place'),
      4 * day,
    )
    add('live', 'shop-db', commitOf('5ea51de', 'postgres:17'), 9 * day, 'shop')
    add('stopped', 'old-wiki', commitOf('1029384', 'Initial'), 21 * day)
  }
  if (state === 'many') {
    for (let n = 1; n <= 3000; n++)
      add(
        n % 9 === 0 ? 'failed' : 'live',
        `app-${n}`,
        commitOf(n.toString(16).padStart(7, 'a'), 'Change'),
        n * minute,
      )
  }

  return {
    deployments,
    builds,
    releases,
    logs,
    ids,
    metrics: (id: string): MetricsHistory | undefined => {
      const found = deployments.find(one => one.id === id)
      return found && metricsOf(found, now)
    },
    activity: state === 'empty' ? [] : activityOf(deployments, now, nextId),
    nextId,
    users: [
      { ...user, projects: deployments.length === 0 ? [] : ['shop', 'api', 'thumbnails'], isCurrent: true },
      ...(state === 'varied' ? [{ ...other, projects: ['blog', 'docs'], isCurrent: false }] : []),
    ] as UserList,
    importReport: {
      madeAt: now - 3 * day,
      isSealed: true,
      users: { added: ['bea'], kept: ['ana'] },
      projects: { added: 2, kept: 1 },
      deployments: [
        imported('wiki', 'added', { variables: 4, secrets: ['DATABASE_URL', 'SESSION_KEY'] }),
        imported('mailer', 'added', { variables: 2, secrets: ['SMTP_PASSWORD'] }),
        imported('blog', 'kept', { note: 'It is here already, and stays as it is.' }),
        imported('shop', 'left_out', {
          note: "Here shop is another deployment: ana's, of https://git.example.com/ana/shop.git. Names are unique, so remove that one first to import this one.",
        }),
      ],
      takesSettings: false,
    } satisfies ImportReport,
    clusters,
    accounts,
    branches: ['main', 'dev', 'feature/saved-addresses', 'release/2026-11'].map((name, index) => ({
      name,
      sha: `${index}f8e7d6`.padEnd(40, '0'),
    })),
    folders: [
      { path: 'data', keptBy: 'person', place: '/home/ana/.slipway/local/deployments/blog/kept/data' },
      { path: 'public/uploads', keptBy: 'plan', place: null },
    ] satisfies KeptFolder[],
    written: {
      place: '/home/ana/.slipway/local/deployments/blog/builds/a1/checkout',
      folders: [
        {
          path: 'storage/images',
          files: 214,
          bytes: 48_300_000,
          example: 'storage/images/header.webp',
          isShared: false,
          refusal: null,
        },
        {
          path: '',
          files: 1,
          bytes: 12_288,
          example: 'sessions.sqlite',
          isShared: true,
          refusal: 'The top of the app cannot be kept: let it write into a folder, such as data',
        },
      ],
      isComplete: true,
    } satisfies WrittenFiles,
    domains: [
      {
        host: 'shop.apps.example',
        isOwn: true,
        url: 'https://shop.apps.example/',
        record: { type: 'A', value: '203.0.113.7' },
        certificate: { state: 'ready', detail: '' },
      },
      {
        host: 'www.shop.example',
        isOwn: false,
        url: 'https://www.shop.example/',
        record: { type: 'A', value: '203.0.113.7' },
        certificate: {
          state: 'waiting',
          detail: 'Waiting for HTTP-01 challenge propagation: wrong status code 404, expected 200',
        },
      },
    ] satisfies Domain[] as Domain[],
    variables: {
      variables: [
        {
          name: 'API_URL',
          scope: 'run',
          isSecret: false,
          value: 'https://api.example.com',
          changedAt: now - 3 * day,
          isPending: false,
        },
        {
          name: 'DATABASE_URL',
          scope: 'run',
          isSecret: true,
          value: null,
          changedAt: now - 2 * day,
          isPending: true,
        },
        {
          name: 'VITE_TITLE',
          scope: 'build',
          isSecret: false,
          value: 'Blog',
          changedAt: now - day,
          isPending: false,
        },
      ],
      removed: ['OLD_FLAG'],
    } satisfies VariableList,
    addOns: [
      {
        id: ids.blog ?? nextId(),
        name: 'shop-postgres',
        engine: 'postgres',
        status: 'live',
        variables: ['DATABASE_URL'],
        attached: ['shop'],
      },
      {
        id: nextId(),
        name: 'shop-redis',
        engine: 'redis',
        status: 'live',
        variables: [],
        attached: [],
      },
    ] satisfies AddOnList as AddOnList,
    backups: [
      {
        file: '/home/ana/.local/share/slipway/backups/01j/shop-postgres-2026-11-25T08-00-00-000Z.dump',
        bytes: 48_210_000,
        at: now - day,
      },
    ] satisfies Backup[] as Backup[],
    settings: {
      ...defaultSettings,
      localConsentAt: state === 'empty' ? null : now - 30 * day,
      currentUserId: user.id,
    } satisfies Settings as Settings,
    logDisk: (state === 'broken'
      ? { state: 'dropped', at: now - 4 * 60_000, bytes: 3_100_000 }
      : { state: 'roomy' }) as LogDisk,
    session: {
      version: '0.1.0',
      surface: 'browser' as const,
      user,
      gatewayPort: 7780,
      dataFolder: '/home/ana/.local/share/slipway',
    },
    listFailure: state === 'broken' ? unreadable : null,
    sourceFailures: [['missing', missingSource]] as [string, Failure][],
    isBelow: (address: string, root: string | undefined) => address.includes('below') && root === undefined,
    inspect: (address: string, branch: string, root?: string) => ({
      folders: address.includes('several') ? ['.', 'apps/api', 'apps/web'] : ['.'],
      branch: branch === '' ? 'main' : branch,
      commit: commitOf('9f8e7d6', 'New cart with saved addresses'),
      plan: {
        ...(address.includes('container')
          ? { ...dockerPlan, build: found('docker build --file Dockerfile .', 'Dockerfile'), notes: [] }
          : address.includes('docker')
            ? dockerPlan
            : address.includes('static')
              ? staticPlan
              : nodePlan),
        ...(root === undefined ? {} : { root }),
      },
      name: toNameFromSource(address),
    }),
  }
}

/** Figures that look like a day of an app; none of one that does not run, and none of a cluster that measures nothing. */
function metricsOf({ id, name, health, cluster }: Deployment, now: number): MetricsHistory {
  const isBounded = cluster.kind === 'kubernetes'
  const bounds = {
    cpuLimit: isBounded ? 6 : null,
    memoryLimit: isBounded ? 6 * 1024 ** 3 : null,
  }
  const none = {
    id,
    name,
    now: null,
    ...bounds,
    missing: null,
    hour: [],
    day: [],
    traffic: { hour: [], day: [] },
  }
  if (name === 'thumbnails')
    return {
      ...none,
      missing: {
        code: 'unavailable',
        message: 'There are no figures: the cluster prod has no metrics API.',
        hint: 'Whoever runs the cluster can install metrics-server: kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml',
      },
    }
  if (health.ready === 0) return none
  const sampleAt = (at: number) => ({
    at,
    cpu: 0.11 + 0.06 * Math.sin(at / 7e6) + 0.03 * Math.sin(at / 1.3e5),
    memory: (isBounded ? 14 : 1) * 1.2e8 * (1.2 + 0.3 * Math.sin(at / 2e7) + 0.02 * Math.sin(at / 4e5)),
    restarts: at > now - 25 * minute ? 2 : 1,
  })
  const trafficOf = (count: number, stepMs: number) =>
    Array.from({ length: count }, (_, n) => {
      const at = Math.floor(now / stepMs) * stepMs - (count - 1 - n) * stepMs
      const requests = Math.round((stepMs / 1000) * (2 + 1.5 * Math.sin(at / 2e7) + 0.7 * Math.sin(at / 3e5)))
      const failed = n % 47 === 3 ? 4 : 0
      return { at, requests, failed, medianMs: 14, slowMs: 60 + 40 * Math.abs(Math.sin(at / 4e5)) }
    }).filter((_, n) => n % 19 !== 7)
  const instances = health.instances.map(each => ({ name: each, cpu: 0.08, memory: 1.4e8 }))
  return {
    ...none,
    now: { ...sampleAt(now), instances },
    hour: Array.from({ length: 200 }, (_, n) => sampleAt(now - (199 - n) * 15_000)),
    day: Array.from({ length: 288 }, (_, n) => sampleAt(now - (287 - n) * 5 * minute)).filter(
      ({ at }) => at < now - 700 * minute || at > now - 560 * minute,
    ),
    traffic:
      name === 'blog' ? { hour: trafficOf(60, minute), day: trafficOf(288, 5 * minute) } : none.traffic,
  }
}

const imported = (name: string, outcome: Imported['outcome'], rest: Partial<Imported>): Imported => ({
  name,
  owner: 'bea',
  source: { kind: 'git', address: `https://git.example.com/bea/${name}.git` },
  outcome,
  note: '',
  variables: 0,
  secrets: [],
  missing: [],
  ...rest,
})

type Kind =
  | 'live'
  | 'building'
  | 'failed'
  | 'neverListened'
  | 'degraded'
  | 'queued'
  | 'releasing'
  | 'crashed'
  | 'failedFirst'
  | 'stopped'

const statusOf: Record<Kind, Deployment['status']> = {
  live: 'live',
  building: 'building',
  failed: 'failed',
  neverListened: 'failed',
  degraded: 'live',
  queued: 'queued',
  releasing: 'releasing',
  crashed: 'failed',
  failedFirst: 'failed',
  stopped: 'stopped',
}

const buildStatusOf: Record<Kind, Build['status']> = {
  live: 'succeeded',
  building: 'running',
  failed: 'failed',
  neverListened: 'succeeded',
  degraded: 'succeeded',
  queued: 'queued',
  releasing: 'succeeded',
  crashed: 'succeeded',
  failedFirst: 'failed',
  stopped: 'succeeded',
}

const npmFailed: Failure = {
  code: 'build_failed',
  message: '`npm ci` exited with code 1.',
  hint: 'package.json and package-lock.json do not agree. Run npm install, commit the lockfile and deploy again.',
  lines: [
    'npm error code EUSAGE',
    'npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.',
    'npm error Missing: left-pad@1.3.0 from lock file',
  ],
}
const neverListened: Failure = {
  code: 'start_timed_out',
  message: 'The app never listened on port 3000. It listens on 8080.',
  hint: 'It may ignore PORT. Use the port that it listens on, or let it read PORT.',
  lines: ['> node server.js', 'listening on http://0.0.0.0:8080'],
  port: 8080,
}
const crashed: Failure = {
  code: 'app_crashed',
  message: 'The app exited with code 1 five times within a minute.',
  hint: 'Its last lines say why. Mend it and deploy again, or restart it as it is.',
  lines: ['Error: BOT_TOKEN is not set', '    at file:///app/index.js:4:9', 'Node.js v24.11.0'],
}
const unreadable: Failure = {
  code: 'unavailable',
  message: 'The list of deployments could not be read.',
  hint: 'Another program holds the database. It is usually free again after a moment.',
}
const missingSource: Failure = {
  code: 'source_not_found',
  message: 'There is no repository at this address.',
  hint: 'Check the address. A private repository needs credentials that git on this computer knows.',
}
const failureOf: Partial<Record<Kind, Failure>> = {
  failed: npmFailed,
  failedFirst: npmFailed,
  neverListened,
  crashed,
}

const found = <T>(value: T, origin: string) => ({ value, origin })
const nodePlan: Plan = {
  kind: 'node',
  label: 'Node',
  root: '',
  runtime: found('Node 24', 'package.json engines'),
  install: found('npm ci', 'package-lock.json'),
  build: found('npm run build', 'package.json scripts.build'),
  start: found('npm start', 'package.json scripts.start'),
  output: null,
  fallback: null,
  port: found(3000, 'PORT in server.js'),
  notes: [],
}
const staticPlan: Plan = {
  ...nodePlan,
  kind: 'static',
  label: 'Static files',
  runtime: null,
  install: null,
  build: null,
  start: null,
  output: found('public', 'public/index.html'),
  port: null,
}
const dockerPlan: Plan = {
  ...staticPlan,
  kind: 'dockerfile',
  label: 'Dockerfile',
  output: null,
  fallback: null,
  port: found(8080, 'Dockerfile line 3'),
  notes: [
    'The repository is built by its Dockerfile, and this computer has neither docker nor podman. Install Docker or Podman, or set the commands that build and start the app in the plan.',
  ],
}

const commitOf = (sha: string, subject: string): Commit => ({
  sha: sha.padEnd(40, '4e1c07'),
  subject,
  author: 'Ana Lima',
  at: Date.now() - 3 * 60 * minute,
})

function stepsOf(status: Build['status'], at: number): Step[] {
  const step = (
    name: Step['name'],
    from: number,
    to: number | null,
    logSeq: number,
    stepStatus?: Step['status'],
  ): Step => ({
    name,
    status: stepStatus ?? (to === null ? 'running' : 'succeeded'),
    startedAt: at + from,
    finishedAt: to === null ? null : at + to,
    logSeq,
  })
  const start = [step('fetch', 800, 1_640, 1), step('plan', 1_640, 1_700, 6)]
  if (status === 'queued') return []
  if (status === 'failed') return [...start, step('install', 1_700, 9_200, 10, 'failed')]
  if (status === 'running')
    return [...start, step('install', 1_700, 19_000, 10), step('build', 19_000, null, 60)]
  return [
    ...start,
    step('install', 1_700, 19_000, 10),
    step('build', 19_000, 40_500, 60),
    step('pack', 40_500, 41_800, 110),
  ]
}

function toLines(
  entries: readonly (readonly [LogStream, string])[],
  from: number,
  stepMs: number,
): LogLine[] {
  return entries.map(([stream, text], index) => ({
    seq: index + 1,
    at: from + index * stepMs,
    stream,
    text,
    isPartial: false,
  }))
}

function buildLog(build: Build, at: number): LogLine[] {
  if (build.status === 'queued') return []
  const entries: [LogStream, string][] = [
    ['platform', `fetching ${build.commit.sha.slice(0, 7)} of main`],
    ['stdout', 'From https://git.example.com/ana/app'],
    ['stdout', ` * branch            ${build.commit.sha.slice(0, 7)} -> FETCH_HEAD`],
    ['stdout', `HEAD is now at ${build.commit.sha.slice(0, 7)} ${build.commit.subject}`],
    ['platform', 'fetched in 840 ms'],
    ['platform', 'plan: Node 24, npm ci, npm run build, npm start'],
    ['platform', 'install command from package-lock.json'],
    ['platform', 'build command from package.json scripts.build'],
    ['platform', 'start command from package.json scripts.start'],
    ['platform', '$ npm ci'],
  ]
  for (let n = 0; n < 50; n++)
    entries.push([
      'stdout',
      `npm http fetch GET 200 https://registry.example.com/package-${n} ${40 + n}ms (cache hit)`,
    ])
  if (build.status === 'failed') {
    for (const line of npmFailed.lines ?? []) entries.push(['stderr', line])
    entries.push(['platform', 'npm ci exited with code 1 after 7 s'])
    return toLines(entries, at, 90)
  }
  entries.push(
    ['stdout', 'added 312 packages in 17s'],
    ['platform', '$ npm run build'],
    ['stdout', '\x1b[36mvite v8.3.8\x1b[39m building for production...'],
  )
  for (let n = 0; n < 40; n++)
    entries.push(['stdout', `\x1b[32m✓\x1b[39m dist/assets/chunk-${n}.js  \x1b[2m${n * 3 + 4}.20 kB\x1b[22m`])
  entries.push([
    'stderr',
    '(!) Some chunks are larger than 500 kB after minification. See https://vite.dev/guide/build.html',
  ])
  return toLines(entries, at, 300)
}

function runtimeLog(name: string, now: number): LogLine[] {
  const entries: [LogStream, string][] = [
    ['platform', `starting ${name} with PORT=41873`],
    ['stdout', '> node server.js'],
    ['platform', 'answers on port 3000 after 412 ms'],
  ]
  const paths = ['/', '/feed.xml', '/posts/slipway', '/assets/site.css', '/posts/a-week-without-a-server']
  for (let n = 0; n < 4000; n++) {
    if (n % 97 === 0) entries.push(['stderr', `Warning: the feed of item ${n} has no date, it was left out`])
    else entries.push(['stdout', `GET ${paths[n % paths.length]} \x1b[32m200\x1b[39m ${(n * 7) % 90} ms`])
  }
  const pods = ['x7k2p', 'm4c9q', 'z8t1w']
  return toLines(entries, now - entries.length * 900, 900).map((line, n) =>
    name === 'blog' && line.stream !== 'platform' ? { ...line, instance: pods[n % pods.length] ?? '' } : line,
  )
}

function activityOf(deployments: readonly Deployment[], now: number, nextId: () => string): Activity[] {
  const verbs = [
    'deploy',
    'built',
    'released',
    'build_failed',
    'crashed',
    'rollback',
    'restart',
    'stop',
    'created',
    'changed',
  ] as const
  const details: Partial<Record<(typeof verbs)[number], string>> = {
    deploy: 'main · 9f8e7d6 New cart with saved addresses',
    built: '9f8e7d6 in 41 s',
    released: '#14 answers on port 3000',
    build_failed: '`npm ci` exited with code 1.',
    crashed: 'Exit code 1: BOT_TOKEN is not set',
    rollback: 'to #12 5c4d3e2 Header with the new logo',
    changed: 'port 3000 to 8080',
  }
  return verbs.concat(verbs).map((verb, index) => {
    const deployment = deployments[index % deployments.length]
    return {
      id: nextId(),
      at: now - index * 97 * minute,
      user: 'ana',
      verb,
      deploymentId: deployment?.id ?? null,
      deployment: deployment?.name ?? null,
      detail: details[verb] ?? '',
    }
  })
}

function createIds() {
  let n = 0
  return () => `01kb${(n++).toString(36).padStart(22, '0')}`
}
