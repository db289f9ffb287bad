import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Effect } from '../../electron/pipeline/effects.ts'
import {
  ask,
  cancel,
  create,
  deploy,
  deployAgain,
  hasFailed,
  isAtRun,
  isBuilding,
  isLive,
  isStopped,
  remove,
  repair,
  rollBack,
  runsCommand,
  type Step,
  scale,
} from './kill-scenarios.ts'

const exec = promisify(execFile)

export type ClusterScenarioName = keyof typeof clusterScenarios

/** What each branch deploys without a build, as the command of an image; the others are built in the cluster. */
const serve = `echo started; httpd -f -p "$PORT" & trap 'exit 0' TERM; wait`
export const prebuilt = {
  good: serve,
  better: serve,
  exits: 'echo no database; exit 1',
  migrates: serve,
  waits: serve,
} as const
/** What runs before a release of the branch. */
export const commands: Readonly<Record<string, string>> = {
  migrates: 'echo migrated',
  waits: 'exec sleep 600',
}

const dockerfile = (run: string) => `FROM busybox
RUN ${run}
CMD ${JSON.stringify(['/bin/sh', '-c', serve])}
`
export const builtBranches = { built: dockerfile('true'), hangs: dockerfile('sleep 600') } as const

/** As the administrator: the environment names its kubeconfig. */
async function scaleByHand(id: string): Promise<void> {
  const place = ['-A', '-l', `slipway.dev/deployment=${id}`]
  const { stdout } = await exec('kubectl', ['get', 'deployment', ...place, '-o=jsonpath={..namespace}'])
  await exec('kubectl', ['scale', 'deployment', '-n', stdout, ...place.slice(1), '--replicas=2'])
}

export interface ClusterScenario {
  readonly steps: readonly Step[]
  /** How often apps that are there at the end say that they started. */
  readonly starts: Readonly<Record<string, number>>
  /** Where it is killed: at the first passing, or at the one that is named. */
  readonly kills: readonly { readonly effect: Effect; readonly nth?: number }[]
}

/** Short stories that together pass every effect that a cluster has. Builds take their time, so that two of them are real. */
export const clusterScenarios = {
  deploy: {
    starts: { app: 2 },
    steps: [create('app', 'good'), ...deploy('app', 'better', isLive('app', 2))],
    kills: [
      { effect: 'startRun' },
      { effect: 'promote' },
      { effect: 'setStatus' },
      { effect: 'collectArtifacts' },
    ],
  },
  redeploy: {
    starts: { app: 2 },
    steps: [create('app', 'good'), deployAgain('app', 2)],
    kills: [{ effect: 'reuseBuild' }],
  },
  rollback: {
    starts: { app: 2 },
    steps: [
      create('app', 'good'),
      ...deploy('app', 'exits', hasFailed('app', 'start_exited')),
      rollBack('app', 1, isLive('app', 3)),
    ],
    kills: [{ effect: 'failRelease' }, { effect: 'retireOthers' }, { effect: 'startRun', nth: 3 }],
  },
  restart: {
    starts: { app: 2 },
    steps: [create('app', 'good'), ask('restart', 'app', isAtRun('app', 2))],
    kills: [{ effect: 'startRun', nth: 2 }],
  },
  scale: {
    starts: { app: 2 },
    steps: [create('app', 'good'), scale('app', 2)],
    kills: [{ effect: 'scale' }],
  },
  repair: {
    starts: { app: 2 },
    steps: [create('app', 'good'), ...repair('app', scaleByHand)],
    kills: [{ effect: 'noteApplied' }, { effect: 'repairDrift' }],
  },
  stop: {
    starts: { app: 2 },
    steps: [
      create('app', 'good'),
      ask('stop', 'app', isStopped('app')),
      ask('start', 'app', isLive('app', 1)),
    ],
    kills: [{ effect: 'stopAll' }, { effect: 'startRun', nth: 2 }],
  },
  command: {
    starts: { app: 1 },
    steps: [create('app', 'migrates')],
    kills: [{ effect: 'startCommand' }, { effect: 'endCommand' }],
  },
  interrupt: {
    starts: {},
    steps: [create('app', 'waits', runsCommand('app')), ask('stop', 'app', isStopped('app'))],
    kills: [{ effect: 'cancelCommand' }],
  },
  remove: {
    starts: { stays: 1 },
    steps: [create('stays', 'good'), create('app', 'good'), remove('app')],
    kills: [{ effect: 'removeFromCluster' }, { effect: 'removeLogs' }, { effect: 'removeRows' }],
  },
  build: {
    starts: { app: 1 },
    steps: [create('app', 'built')],
    kills: [{ effect: 'startBuild' }, { effect: 'recordProgress' }, { effect: 'finishBuild' }],
  },
  cancel: {
    starts: {},
    steps: [create('app', 'hangs', isBuilding('app', 'build')), cancel('app', 'hangs')],
    kills: [{ effect: 'cancelBuild' }],
  },
} as const satisfies Record<string, ClusterScenario>
