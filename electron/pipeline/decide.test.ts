import { describe, expect, test } from 'vitest'
import type { Difference } from '../../shared/domain/drift.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import type { Plan } from '../../shared/domain/plan.ts'
import type { BuildObservation, CommandObservation, Instance } from '../clusters/driver.ts'
import type { BuildRow, DeploymentRow, ReleaseWithBuild } from '../database/rows.ts'
import { type Action, decide, defaultCrashLimits, type Facts } from './decide.ts'

const now = 1_000_000_000
const { crashes: crashLimit, stableAfterMs } = defaultCrashLimits

const failure: Failure = { code: 'app_crashed', message: 'The app ended with code 1.', hint: 'Read its log.' }
const plan: Plan = {
  kind: 'node',
  label: 'Node',
  root: '.',
  runtime: null,
  install: null,
  build: null,
  start: { value: 'node server.js', origin: 'package.json scripts.start' },
  output: null,
  fallback: null,
  port: null,
  notes: [],
}
const commit = { sha: 'a'.repeat(40), subject: 'Say hello', author: 'Ana', at: now }

const deployment = (change: Partial<DeploymentRow> = {}): DeploymentRow => ({
  id: 'd1',
  projectId: 'p1',
  clusterId: 'c1',
  name: 'blog',
  branch: 'main',
  port: null,
  planEdits: {},
  keepsRunning: false,
  status: 'live',
  wanted: 'running',
  servingReleaseId: 'r1',
  targetReleaseId: 'r1',
  run: 1,
  firstRun: 1,
  failure: null,
  createdAt: now,
  changedAt: now,
  keptFolders: [],
  keepAs: null,
  size: 'medium',
  instances: 1,
  ...change,
})

const build = (change: Partial<BuildRow> = {}): BuildRow => ({
  id: 'b1',
  deploymentId: 'd1',
  status: 'succeeded',
  sha: commit.sha,
  subject: commit.subject,
  author: commit.author,
  committedAt: commit.at,
  branch: 'main',
  port: null,
  planEdits: {},
  plan,
  steps: [],
  artifact: 'artifact-1',
  variables: [],
  fingerprint: 'f1',
  isFresh: false,
  reusedBuildId: null,
  failure: null,
  requestedBy: 'ana',
  rollbackTo: null,
  cancelRequestedAt: null,
  createdAt: now,
  startedAt: now,
  finishedAt: null,
  ...change,
})

const release = (change: Partial<ReleaseWithBuild> = {}): ReleaseWithBuild => ({
  id: 'r1',
  deploymentId: 'd1',
  buildId: 'b1',
  number: 1,
  status: 'live',
  port: null,
  variables: [],
  rollbackTo: null,
  failure: null,
  requestedBy: 'ana',
  createdAt: now,
  liveAt: now,
  endedAt: null,
  size: 'medium',
  commandState: null,
  build: build(),
  ...change,
})

const instance = (change: Partial<Instance> = {}): Instance => ({
  releaseId: 'r1',
  run: 1,
  state: 'ready',
  name: '4711',
  startedAt: now - 10_000,
  readyAt: now - 9000,
  exitedAt: null,
  port: 41_000,
  fixedPort: null,
  failure: null,
  ...change,
})
const starting = (change: Partial<Instance> = {}) => instance({ state: 'starting', readyAt: null, ...change })
const exited = (change: Partial<Instance> = {}) =>
  instance({ state: 'exited', exitedAt: now, failure, ...change })

const drift = (change: Partial<Facts['drift']> = {}): Facts['drift'] => ({
  applied: { clusterId: 'c1', releaseId: 'r1', run: 1, instances: 1 },
  differences: [],
  isRepairAsked: false,
  repairsItself: false,
  ...change,
})
const threeApplied = drift({ applied: { clusterId: 'c1', releaseId: 'r1', run: 1, instances: 3 } })
const difference = (change: Partial<Difference> = {}): Difference => ({
  ...{ key: 'k', is: 'changed', object: { kind: 'Deployment', name: 'blog-1' }, field: 'image' },
  ...{ wanted: 'a', found: 'b', by: 'kubectl' },
  ...change,
})

/** A deployment that is well: live, one instance, ready. Each row of a table says what is different. */
const facts = (change: Partial<Facts> = {}): Facts => ({
  now,
  deployment: deployment(),
  running: undefined,
  queued: undefined,
  reusable: undefined,
  hasFreeSlot: true,
  target: release(),
  command: undefined,
  unkept: undefined,
  instances: [instance()],
  drift: drift(),
  refused: undefined,
  isTidy: true,
  limits: defaultCrashLimits,
  ...change,
})

const running = (observed: BuildObservation, change: Partial<BuildRow> = {}) => ({
  build: build({ status: 'running', artifact: null, ...change }),
  observed,
})
const underWay: BuildObservation = { state: 'running', steps: [] }
const succeeded: BuildObservation = { state: 'succeeded', artifact: 'artifact-1', plan, commit, steps: [] }
const failed: BuildObservation = { state: 'failed', failure, steps: [] }
const waiting = build({ id: 'b2', status: 'queued', artifact: null })

/** The decision as one line; of `retireOthers`, which runs it keeps. */
function say(given: Facts): string {
  const action = decide(given)
  switch (action.do) {
    case 'retireOthers':
      return `retire all but ${given.instances
        .filter(action.isKept)
        .map(one => `${one.releaseId}/${one.run}`)
        .join(' ')}`.trimEnd()
    case 'startBuild':
    case 'recordProgress':
    case 'cancelBuild':
      return `${action.do} ${action.build.id}`
    case 'reuseBuild':
      return `reuseBuild ${action.build.id} from ${action.earlier.id}`
    case 'finishBuild':
      return `finishBuild ${action.build.id} ${action.observed.state}`
    case 'startRun':
    case 'promote':
    case 'noteApplied':
    case 'repairDrift':
      return `${action.do} ${action.release.id}`
    case 'failRelease':
      return `failRelease ${action.release.id}, back to run ${action.run}: ${action.failure.message}`
    case 'giveUp':
      return `giveUp: ${action.failure.message}`
    case 'setStatus':
      return `setStatus ${action.status}`
    case 'scale':
      return `scale ${action.instances}`
    case 'wait':
      return `wait ${action.afterMs}`
    default:
      return action.do
  }
}

const each = (rows: readonly (readonly [name: string, given: Facts, expected: string])[]) =>
  test.each(rows)('%s', (_name, given, expected) => expect(say(given)).toBe(expected))

describe('several instances', () => {
  const ofThree = deployment({ instances: 3 })
  const three = [1, 2, 3].map(() => instance({ outOf: 3 }))

  each([
    [
      'as many as there should be are left alone',
      facts({ deployment: ofThree, instances: three, drift: threeApplied }),
      'nothing',
    ],
    ['fewer are scaled', facts({ deployment: ofThree, instances: [instance({ outOf: 1 })] }), 'scale 3'],
    ['more are scaled', facts({ instances: three, drift: threeApplied }), 'scale 1'],
    ['what somebody else scaled stays so', facts({ instances: three }), 'nothing'],
    [
      'a run that is there is noted once',
      facts({ instances: three, drift: drift({ applied: null }) }),
      'noteApplied r1',
    ],
    [
      'one that has just come takes the traffic first',
      facts({
        deployment: deployment({ instances: 3, servingReleaseId: null }),
        target: release({ status: 'releasing' }),
        instances: [instance({ outOf: 1 })],
      }),
      'promote r1',
    ],
    [
      'that are not all ready are waited for',
      facts({
        deployment: ofThree,
        instances: [instance({ outOf: 3 }), starting({ outOf: 3 }), starting({ outOf: 3 })],
        drift: threeApplied,
      }),
      'nothing',
    ],
    ['one on a computer is never scaled', facts({ deployment: ofThree }), 'nothing'],
  ])
})

describe('what others changed in the cluster', () => {
  const isGone = { instances: [], drift: drift({ differences: [difference({ is: 'missing', field: '' })] }) }
  const other = difference({ is: 'missing', object: { kind: 'Service', name: 'blog-1' } })

  each([
    ['stays as it is', facts({ drift: drift({ differences: [difference()] }) }), 'nothing'],
    ['is repaired when somebody asks', facts({ drift: drift({ isRepairAsked: true }) }), 'repairDrift r1'],
    [
      'is repaired without being asked where somebody said so',
      facts({ drift: drift({ differences: [other], repairsItself: true }) }),
      'repairDrift r1',
    ],
    ['is not there to repair', facts({ drift: drift({ repairsItself: true }) }), 'nothing'],
    ['and what they deleted is not started again', facts(isGone), 'nothing'],
    [
      'and deleted is no reason not to start the next run',
      facts({ ...isGone, deployment: deployment({ run: 2 }) }),
      'startRun r1',
    ],
    [
      'nor to start what is gone without a difference',
      facts({ instances: [], drift: drift() }),
      'startRun r1',
    ],
    [
      'and crashes since then is not restarted',
      facts({ instances: [exited()], drift: drift({ differences: [difference()] }) }),
      'nothing',
    ],
    [
      'beside what runs: that is restarted as ever',
      facts({ instances: [exited({ exitedAt: now - 2000 })], drift: drift({ differences: [other] }) }),
      'restartCrashed',
    ],
    [
      'is left alone when it is stopped',
      facts({
        deployment: deployment({ wanted: 'stopped', status: 'stopped' }),
        instances: [],
        drift: drift({ isRepairAsked: true }),
      }),
      'nothing',
    ],
  ])
})

describe('when all is well', () => {
  each([
    ['nothing is done', facts(), 'nothing'],
    [
      'nothing is done about a deployment that was never built',
      facts({
        deployment: deployment({ status: 'idle', servingReleaseId: null, targetReleaseId: null }),
        target: undefined,
        instances: [],
      }),
      'nothing',
    ],
    [
      'nothing is done about one that is stopped',
      facts({ deployment: deployment({ status: 'stopped', wanted: 'stopped' }), instances: [] }),
      'nothing',
    ],
    [
      'nothing is done while the first instance starts',
      facts({
        deployment: deployment({ status: 'releasing', servingReleaseId: null }),
        target: release({ status: 'releasing' }),
        instances: [starting()],
      }),
      'nothing',
    ],
  ])
})

describe('where the cluster itself starts apps again', () => {
  const releasing = release({ id: 'r2', status: 'releasing' })
  const towards = deployment({ targetReleaseId: 'r2' })
  const wasReady = starting({ releaseId: 'r2', readyAt: now })
  each([
    [
      'a release that was ready before anybody looked is promoted though it is not ready now',
      facts({ deployment: towards, target: releasing, instances: [wasReady] }),
      'promote r2',
    ],
    [
      'one that is not ready any more is left to the cluster',
      facts({ instances: [starting({ readyAt: now, failure })] }),
      'nothing',
    ],
    [
      'what is left of a first release that failed is taken away',
      facts({
        deployment: deployment({ status: 'failed', failure, servingReleaseId: null, targetReleaseId: null }),
        target: undefined,
        instances: [exited()],
      }),
      'retire all but',
    ],
    [
      'but not while a build is on its way',
      facts({
        deployment: deployment({ status: 'queued', servingReleaseId: null, targetReleaseId: null }),
        target: undefined,
        queued: waiting,
        hasFreeSlot: false,
        instances: [exited()],
      }),
      'nothing',
    ],
  ])
})

describe('removing', () => {
  each([
    ['is done', facts({ deployment: deployment({ wanted: 'removed', status: 'removing' }) }), 'remove'],
    [
      'comes before everything else',
      facts({
        deployment: deployment({ wanted: 'removed' }),
        running: running(succeeded, { cancelRequestedAt: now }),
        queued: waiting,
        instances: [exited()],
      }),
      'remove',
    ],
  ])
})

describe('a running build', () => {
  const building = (observed: BuildObservation, change: Partial<BuildRow> = {}) =>
    facts({ deployment: deployment({ status: 'building' }), running: running(observed, change) })
  const step = { name: 'fetch', status: 'running', startedAt: now, finishedAt: null, logSeq: 1 } as const

  each([
    ['that the cluster does not know is started again', building({ state: 'absent' }), 'startBuild b1'],
    ['that succeeded is finished', building(succeeded), 'finishBuild b1 succeeded'],
    ['that failed is finished', building(failed), 'finishBuild b1 failed'],
    ['without news is left alone', building(underWay), 'nothing'],
    ['with a new step is recorded', building({ ...underWay, steps: [step] }), 'recordProgress b1'],
    [
      'whose steps are known is left alone',
      building({ ...underWay, steps: [step] }, { steps: [step] }),
      'nothing',
    ],
    ['with a plan at last is recorded', building({ ...underWay, plan }, { plan: null }), 'recordProgress b1'],
    [
      'whose commit is known at last is recorded',
      building({ ...underWay, commit }, { subject: '' }),
      'recordProgress b1',
    ],
    [
      'that should be cancelled is cancelled',
      building(underWay, { cancelRequestedAt: now }),
      'cancelBuild b1',
    ],
    [
      'that should be cancelled is cancelled even if it succeeded',
      building(succeeded, { cancelRequestedAt: now }),
      'cancelBuild b1',
    ],
    [
      'that should be cancelled is not started again',
      building({ state: 'absent' }, { cancelRequestedAt: now }),
      'cancelBuild b1',
    ],
    [
      'does not keep a crashed app from being restarted',
      facts({
        deployment: deployment({ status: 'building' }),
        running: running(underWay),
        instances: [exited({ exitedAt: now - 1000 })],
      }),
      'restartCrashed',
    ],
  ])
})

describe('a queued build', () => {
  each([
    ['starts when there is a slot', facts({ queued: waiting }), 'startBuild b2'],
    [
      'takes what was built from the same things, slot or not',
      facts({ queued: waiting, reusable: build(), hasFreeSlot: false }),
      'reuseBuild b2 from b1',
    ],
    [
      'takes nothing while another build of its deployment runs',
      facts({
        deployment: deployment({ status: 'building' }),
        running: running(underWay),
        queued: waiting,
        reusable: build(),
      }),
      'nothing',
    ],
    [
      'waits for a slot',
      facts({ deployment: deployment({ status: 'queued' }), queued: waiting, hasFreeSlot: false }),
      'nothing',
    ],
    [
      'waits for the running build of its own deployment',
      facts({ deployment: deployment({ status: 'building' }), running: running(underWay), queued: waiting }),
      'nothing',
    ],
    [
      'does not keep the release before it from becoming ready',
      facts({
        deployment: deployment({ status: 'queued', servingReleaseId: null }),
        queued: waiting,
        hasFreeSlot: false,
        target: release({ status: 'releasing' }),
      }),
      'promote r1',
    ],
  ])
})

describe('the target', () => {
  const next = release({ id: 'r2', number: 2, status: 'releasing' })
  const overlapping = (change: Partial<Facts> = {}) =>
    facts({
      deployment: deployment({ status: 'releasing', targetReleaseId: 'r2', run: 2, firstRun: 2 }),
      target: next,
      ...change,
    })
  const promoted = deployment({ servingReleaseId: 'r2', targetReleaseId: 'r2', run: 2, firstRun: 2 })
  const live = { ...next, status: 'live' } as const

  each([
    ['is started when it is absent', facts({ instances: [] }), 'startRun r1'],
    ['is started beside the one that serves', overlapping(), 'startRun r2'],
    [
      'is started again for each run that was asked for',
      facts({ deployment: deployment({ run: 2, firstRun: 2 }) }),
      'startRun r1',
    ],
    [
      'waits until an instance on a fixed port has left',
      overlapping({ instances: [instance({ fixedPort: 3000 }), starting({ run: 0 })] }),
      'retire all but r1/0',
    ],
    [
      'does not wait for one that exited',
      overlapping({ instances: [exited({ fixedPort: 3000 })] }),
      'startRun r2',
    ],
    [
      'leaves the one that serves alone while it starts',
      overlapping({ instances: [instance(), starting({ releaseId: 'r2', run: 2 })] }),
      'nothing',
    ],
    [
      'is promoted when it is ready',
      overlapping({ instances: [instance(), instance({ releaseId: 'r2', run: 2 })] }),
      'promote r2',
    ],
    [
      'is promoted when it is live on record but does not serve',
      facts({ deployment: deployment({ servingReleaseId: null }) }),
      'promote r1',
    ],
    [
      'is alone once it is promoted',
      facts({
        deployment: promoted,
        target: live,
        instances: [instance(), instance({ releaseId: 'r2', run: 2 })],
      }),
      'retire all but r2/2',
    ],
    [
      'is alone: runs of its own before a restart leave too',
      facts({
        deployment: deployment({ run: 2, firstRun: 2 }),
        instances: [instance(), instance({ run: 2 })],
      }),
      'retire all but r1/2',
    ],
  ])
})

describe('a release that fails', () => {
  const releasing = deployment({ status: 'releasing', targetReleaseId: 'r2', run: 2, firstRun: 2 })
  const next = release({ id: 'r2', number: 2, status: 'releasing' })
  const ended = exited({ releaseId: 'r2', run: 2 })

  each([
    [
      'gives way to the run that serves',
      facts({ deployment: releasing, target: next, instances: [instance({ run: 7 }), ended] }),
      'failRelease r2, back to run 7: The app ended with code 1.',
    ],
    [
      'gives way to the newest run that serves',
      facts({
        deployment: releasing,
        target: next,
        instances: [instance({ run: 6 }), instance({ run: 7 }), ended],
      }),
      'failRelease r2, back to run 7: The app ended with code 1.',
    ],
    [
      'has nothing to go back to when what served has exited',
      facts({ deployment: releasing, target: next, instances: [exited({ run: 1 }), ended] }),
      'failRelease r2, back to run undefined: The app ended with code 1.',
    ],
    [
      'has nothing to go back to when it is the first',
      facts({ deployment: { ...releasing, servingReleaseId: null }, target: next, instances: [ended] }),
      'failRelease r2, back to run undefined: The app ended with code 1.',
    ],
    [
      'says so when it was stopped by somebody else',
      facts({ deployment: releasing, target: next, instances: [instance(), { ...ended, failure: null }] }),
      'failRelease r2, back to run 1: The app was stopped from outside Slipway.',
    ],
  ])
})

describe('a run that the cluster cannot start', () => {
  const gone: Failure = { code: 'not_found', message: 'What the build made is gone.', hint: 'Deploy again.' }
  const refused = { releaseId: 'r2', run: 2, failure: gone }
  const releasing = deployment({ status: 'releasing', targetReleaseId: 'r2', run: 2, firstRun: 2 })
  const next = release({ id: 'r2', number: 2, status: 'releasing' })
  const live = deployment({ servingReleaseId: 'r2', targetReleaseId: 'r2', run: 2, firstRun: 2 })
  const served = facts({ deployment: live, target: { ...next, status: 'live' }, instances: [], refused })

  each([
    [
      'gives way to the run that serves',
      facts({ deployment: releasing, target: next, refused }),
      'failRelease r2, back to run 1: What the build made is gone.',
    ],
    ['is given up when its release was live', served, 'giveUp: What the build made is gone.'],
    [
      'is not tried again by itself',
      { ...served, deployment: { ...live, status: 'failed', failure: gone } },
      'nothing',
    ],
    ['is tried when it is asked for again', { ...served, deployment: { ...live, run: 3 } }, 'startRun r2'],
  ])
})

describe('an app that crashes', () => {
  /** `crashes` runs that exited, the last one `agoMs` ago. */
  const crashed = (crashes: number, agoMs: number, change: Partial<DeploymentRow> = {}) =>
    facts({
      deployment: deployment({ run: crashes, ...change }),
      instances: Array.from({ length: crashes }, (_, index) =>
        exited({
          run: index + 1,
          exitedAt: now - agoMs - (crashes - index - 1) * 20_000,
          readyAt: now - agoMs - (crashes - index - 1) * 20_000 - 500,
        }),
      ),
    })

  each([
    ['is given a second', crashed(1, 0), 'wait 1000'],
    ['is given what is left of it', crashed(1, 300), 'wait 700'],
    ['is restarted after a second', crashed(1, 1000), 'restartCrashed'],
    ['is restarted after two seconds the second time', crashed(2, 1999), 'wait 1'],
    ['is restarted after two seconds the second time, not before', crashed(2, 2000), 'restartCrashed'],
    ['waits eight seconds the fourth time', crashed(4, 0), 'wait 8000'],
    [
      'waits from what it is told to begin with',
      { ...crashed(3, 0), limits: { ...defaultCrashLimits, firstBackoffMs: 10 } },
      'wait 40',
    ],
    [
      `is given up after ${crashLimit} crashes in a row`,
      crashed(crashLimit, 0),
      'giveUp: The app ended with code 1.',
    ],
    ['has failed then', crashed(crashLimit, 0, { failure }), 'setStatus failed'],
    [
      'is not given up while a build may mend it',
      { ...crashed(crashLimit, 0, { status: 'building' }), running: running(underWay) },
      'nothing',
    ],
    ['is left alone then', crashed(crashLimit, 0, { failure, status: 'failed' }), 'nothing'],
    [
      'counts anew from what the person asked for last',
      crashed(crashLimit, 1000, { firstRun: crashLimit }),
      'restartCrashed',
    ],
    [
      'counts anew after a run that was stable',
      facts({
        deployment: deployment({ run: 5 }),
        instances: [1, 2, 3, 4, 5].map(run =>
          exited({ run, exitedAt: now - 2000, readyAt: now - 2000 - (run === 4 ? stableAfterMs : 10) }),
        ),
      }),
      'restartCrashed',
    ],
    [
      'counts the crash that ended the stable run',
      facts({
        deployment: deployment({ run: 2 }),
        instances: [
          exited({ run: 1, exitedAt: now - 5000, readyAt: now - 5000 - stableAfterMs }),
          exited({ run: 2, readyAt: now - 10 }),
        ],
      }),
      'wait 2000',
    ],
    [
      'does not count the end of another release',
      facts({
        deployment: deployment({ run: 2 }),
        instances: [exited({ releaseId: 'r0' }), exited({ run: 2, readyAt: now - 10 })],
      }),
      'wait 1000',
    ],
    [
      'keeps the count while the next run is not stable yet, and looks again when it is',
      facts({
        deployment: deployment({ run: 2 }),
        instances: [exited({ run: 1 }), instance({ run: 2, readyAt: now - 10_000 })],
      }),
      `wait ${stableAfterMs - 10_000}`,
    ],
    [
      'is forgiven when a later run is stable',
      facts({
        deployment: deployment({ run: 2 }),
        instances: [exited({ run: 1 }), instance({ run: 2, readyAt: now - stableAfterMs })],
      }),
      'retire all but r1/2',
    ],
    ['does not wait for a clock that went back a day', crashed(1, -86_400_000), 'restartCrashed'],
    ['is restarted when the clock went on a year', crashed(1, 31_536_000_000), 'restartCrashed'],
    [
      'is given up whatever the clock says',
      crashed(crashLimit, -86_400_000),
      'giveUp: The app ended with code 1.',
    ],
    [
      'is forgiven when the clock went back since a later run was ready',
      facts({
        deployment: deployment({ run: 2 }),
        instances: [exited({ run: 1 }), instance({ run: 2, readyAt: now + 86_400_000 })],
      }),
      'retire all but r1/2',
    ],
    [
      'counts for a run that seems to have ended before it was ready',
      facts({
        deployment: deployment({ run: crashLimit }),
        instances: Array.from({ length: crashLimit }, (_, n) =>
          exited({ run: n + 1, exitedAt: now - 100, readyAt: now - 90 }),
        ),
      }),
      'giveUp: The app ended with code 1.',
    ],
    [
      'is restarted too when it was stopped from outside',
      facts({ instances: [exited({ failure: null, exitedAt: now - 1000 })] }),
      'restartCrashed',
    ],
  ])
})

describe('artifacts that no release needs', () => {
  each([
    ['are collected when all else is done', facts({ isTidy: false }), 'collectArtifacts'],
    [
      'are collected of a deployment that is stopped',
      facts({
        deployment: deployment({ status: 'stopped', wanted: 'stopped' }),
        instances: [],
        isTidy: false,
      }),
      'collectArtifacts',
    ],
    [
      'are left alone while a build makes one',
      facts({ deployment: deployment({ status: 'building' }), running: running(underWay), isTidy: false }),
      'nothing',
    ],
    ['come after the app', facts({ instances: [], isTidy: false }), 'startRun r1'],
  ])
})

describe('stopping', () => {
  const stopped = (change: Partial<Facts> = {}) =>
    facts({ deployment: deployment({ wanted: 'stopped' }), ...change })

  each([
    ['stops all instances', stopped(), 'stopAll'],
    ['forgets those that exited', stopped({ instances: [exited()] }), 'stopAll'],
    ['ends as stopped', stopped({ instances: [] }), 'setStatus stopped'],
    ['does not restart what crashed', stopped({ instances: [exited({ exitedAt: 0 })] }), 'stopAll'],
  ])
})

describe('the status', () => {
  const idle = deployment({ status: 'live', servingReleaseId: null, targetReleaseId: null })
  const first = deployment({ servingReleaseId: null })
  const releasing = release({ status: 'releasing' })

  each([
    ['is building while a build runs', facts({ running: running(underWay) }), 'setStatus building'],
    [
      'is building though the app is stopped',
      facts({ deployment: deployment({ wanted: 'stopped' }), running: running(underWay), instances: [] }),
      'setStatus building',
    ],
    ['is queued while a build waits', facts({ queued: waiting, hasFreeSlot: false }), 'setStatus queued'],
    [
      'is failed while there is a failure',
      facts({ deployment: deployment({ failure }) }),
      'setStatus failed',
    ],
    [
      'is idle without a release',
      facts({ deployment: idle, target: undefined, instances: [] }),
      'setStatus idle',
    ],
    [
      'is releasing until the release is live',
      facts({ deployment: first, target: releasing, instances: [starting()] }),
      'setStatus releasing',
    ],
    [
      'is releasing while a restart that was asked for starts',
      facts({ instances: [starting()] }),
      'setStatus releasing',
    ],
    [
      'stays live while an app that crashed starts again',
      facts({ deployment: deployment({ run: 2 }), instances: [exited(), starting({ run: 2 })] }),
      'nothing',
    ],
    ['is live again', facts({ deployment: deployment({ status: 'releasing' }) }), 'setStatus live'],
  ])
})

describe('the command of a release', () => {
  const next = (change: Partial<ReleaseWithBuild> = {}) =>
    release({ id: 'r2', number: 2, status: 'releasing', liveAt: null, commandState: 'started', ...change })
  const wanting = (change: Partial<Facts> = {}) =>
    facts({
      deployment: deployment({ targetReleaseId: 'r2', run: 2, status: 'releasing' }),
      target: next(),
      ...change,
    })
  const command = (observed: CommandObservation, releaseId = 'r2') => ({ releaseId, observed })
  const failed = { state: 'failed', failure } as const

  test.each<[string, Facts, Partial<Action>]>([
    [
      'waits: it is started before the run',
      wanting({ target: next({ commandState: 'waiting' }) }),
      { do: 'startCommand' },
    ],
    ['runs: nothing is done', wanting({ command: command({ state: 'running' }) }), { do: 'nothing' }],
    [
      'of an earlier release runs: this one waits',
      wanting({ target: next({ commandState: 'waiting' }), command: command({ state: 'running' }, 'r1') }),
      { do: 'nothing' },
    ],
    [
      'has succeeded: that is noted',
      wanting({ command: command({ state: 'succeeded' }) }),
      { do: 'endCommand', releaseId: 'r2' },
    ],
    [
      'has ended: the run is started',
      wanting({ target: next({ commandState: 'ended' }) }),
      { do: 'startRun' },
    ],
    [
      'has failed: so has the release',
      wanting({ command: command(failed) }),
      { do: 'failRelease', failure, run: 1 },
    ],
    [
      'is gone without a trace: the release has failed',
      wanting({ command: command({ state: 'absent' }) }),
      { do: 'failRelease', failure: expect.objectContaining({ code: 'release_command_failed' }) },
    ],
    [
      'has failed and that is told: its end is noted',
      facts({ command: command(failed) }),
      { do: 'endCommand', releaseId: 'r2' },
    ],
    [
      'of a release that is not wanted any more has failed: its end is noted',
      wanting({ command: command(failed, 'r1') }),
      { do: 'endCommand', releaseId: 'r1' },
    ],
    [
      'runs and the deployment is stopped: it is ended',
      wanting({
        deployment: deployment({ wanted: 'stopped', targetReleaseId: 'r2', run: 2 }),
        command: command({ state: 'running' }),
      }),
      { do: 'cancelCommand', releaseId: 'r2' },
    ],
    [
      'cannot be started: so has the release failed',
      wanting({
        target: next({ commandState: 'waiting' }),
        refused: { releaseId: 'r2', run: 2, failure },
      }),
      { do: 'failRelease', failure },
    ],
  ])('%s', (_, seen, action) => {
    expect(decide(seen)).toMatchObject(action)
  })
})
