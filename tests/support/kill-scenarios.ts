import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Platform } from '../../electron/platform/platform.ts'
import type { PlanEdits } from '../../shared/domain/plan.ts'
import type { Deployment } from '../../shared/domain/records.ts'

/**
 * One wish. `isAsked` looks at what is on record, so that a process that comes after a kill knows where to go on; a step
 * that was asked for is never asked for again. `isDone` is looked at only before the next step is asked for.
 */
export interface Step {
  readonly isAsked: (scene: Scene) => boolean
  readonly ask: (scene: Scene) => unknown
  readonly isDone: (scene: Scene) => boolean
}

export interface Scene {
  readonly platform: Platform
  readonly repository: string
  /** Where apps and builds leave marks. */
  readonly home: string
  /** What every deployment is created with. */
  readonly wish: { readonly clusterId?: string; readonly planEdits: PlanEdits }
}

export type ScenarioName = keyof typeof scenarios

/** Branches of the repository. Each is deployed once at the most, so that its build tells that it was asked for. */
export const branches = {
  good: { 'build.sh': ':' },
  better: { 'build.sh': ':' },
  breaks: { 'build.sh': 'echo "no such module"; exit 3' },
  exits: { 'server.js': "console.log('no database'); process.exit(1)" },
  hangs: { 'build.sh': 'exec sleep 600' },
  migrates: { Procfile: 'web: exec node server.js\nrelease: echo migrated\n' },
  waits: { Procfile: 'web: exec node server.js\nrelease: exec sleep 600\n' },
} as const
/** Says that it started; after `/crash` it ends, then and at every later start. */
export const appFiles = {
  Procfile: 'web: exec node server.js\n',
  'build.sh': ':',
  'server.js': `
    const { existsSync, writeFileSync } = require('node:fs')
    const crashed = process.env.HOME + '/crashed'
    console.log('started')
    if (existsSync(crashed)) process.exit(4)
    require('node:http').createServer((request, response) => {
      if (request.url !== '/crash') return response.end('well')
      writeFileSync(crashed, '')
      process.exit(4)
    }).listen(process.env.PORT)`,
}

const asker = ({ users }: Platform) => {
  const { id: userId, name } = users.current()
  return { userId, name, hasConsent: true }
}
const find = ({ platform }: Scene, name: string): Deployment | undefined =>
  platform.deployments().find(one => one.name === name)
const idOf = (scene: Scene, name: string) => find(scene, name)?.id ?? ''
const hasLine = ({ platform }: Scene, verb: string, name: string) =>
  platform.reader.activity({ limit: 500 }).some(line => line.verb === verb && line.deployment === name)
const buildOf = (scene: Scene, name: string, branch: string) =>
  scene.platform.reader
    .buildsOf(idOf(scene, name), 100)
    .map(one => scene.platform.reader.build(one.id))
    .find(one => one?.branch === branch)

const isRunning = (one: Deployment | undefined) =>
  one?.health.ready === 1 && one.health.instances.length === 1
export const isLive = (name: string, release: number) => (scene: Scene) => {
  const one = find(scene, name)
  return isRunning(one) && one?.status === 'live' && one.serving?.number === release
}
export const hasFailed = (name: string, code: string) => (scene: Scene) => {
  const one = find(scene, name)
  return one?.status === 'failed' && one.failure?.code === code
}

export const create = (name: string, branch: string, isDone = isLive(name, 1)): Step => ({
  isAsked: scene => hasLine(scene, 'created', name),
  ask: ({ platform, repository, wish }) =>
    platform.intents.create(
      { source: { kind: 'git', address: repository }, branch, name, port: null, ...wish },
      asker(platform),
    ),
  isDone,
})

export const deploy = (name: string, branch: string, isDone: Step['isDone']): Step[] => [
  {
    isAsked: scene => find(scene, name)?.branch === branch || buildOf(scene, name, branch) !== undefined,
    ask: scene => scene.platform.intents.update(idOf(scene, name), { branch }, asker(scene.platform)),
    isDone: () => true,
  },
  {
    isAsked: scene => buildOf(scene, name, branch) !== undefined,
    ask: scene => scene.platform.intents.deploy(idOf(scene, name), asker(scene.platform)),
    isDone,
  },
]

export const scale = (name: string, instances: number): Step => ({
  isAsked: scene => hasLine(scene, 'scale', name),
  ask: scene => scene.platform.intents.scale(idOf(scene, name), instances, asker(scene.platform)),
  isDone: scene => find(scene, name)?.health.ready === instances,
})

/** Somebody else scales it, and it is put back. `change`: what they do to the deployment of the id. */
export const repair = (name: string, change: (id: string) => Promise<unknown>): Step[] => [
  {
    isAsked: scene => hasLine(scene, 'repair', name),
    ask: scene => change(idOf(scene, name)),
    isDone: scene => find(scene, name)?.differences === 1,
  },
  {
    isAsked: scene => hasLine(scene, 'repair', name),
    ask: scene => scene.platform.drift.repair(idOf(scene, name), asker(scene.platform)),
    isDone: scene => {
      const one = find(scene, name)
      return isRunning(one) && one?.differences === 0 && !scene.platform.drift.get(one.id).isRepairing
    },
  },
]

/** The same things again: nothing is built. */
export const deployAgain = (name: string, release: number): Step => ({
  isAsked: scene => scene.platform.reader.buildIdsOf(idOf(scene, name)).length > 1,
  ask: scene => scene.platform.intents.deploy(idOf(scene, name), asker(scene.platform)),
  isDone: isLive(name, release),
})

export const rollBack = (name: string, to: number, isDone: Step['isDone']): Step => ({
  isAsked: scene => hasLine(scene, 'rollback', name),
  ask: async scene => {
    const id = idOf(scene, name)
    const release = scene.platform.reader.releasesOf(id).find(one => one.number === to)
    await scene.platform.intents.rollback(id, release?.id ?? '', asker(scene.platform))
  },
  isDone,
})

export const cancel = (name: string, branch: string): Step => ({
  isAsked: scene => {
    const build = buildOf(scene, name, branch)
    return build !== undefined && (build.cancelRequestedAt !== null || build.status === 'cancelled')
  },
  ask: scene => scene.platform.intents.cancelBuild(buildOf(scene, name, branch)?.id ?? ''),
  isDone: scene => find(scene, name)?.status === 'idle',
})

export const remove = (name: string): Step => ({
  isAsked: scene => hasLine(scene, 'remove', name),
  ask: scene => scene.platform.intents.remove(idOf(scene, name), name, asker(scene.platform)),
  isDone: scene => find(scene, name) === undefined,
})

/** The command of its release has begun. */
export const runsCommand = (name: string) => (scene: Scene) =>
  scene.platform.reader.startedCommand(idOf(scene, name)) !== undefined

/** Its build is at this step. */
export const isBuilding = (name: string, at: string) => (scene: Scene) =>
  (find(scene, name)?.latestBuild?.steps ?? []).some(step => step.name === at && step.status === 'running')

export const isAtRun = (name: string, run: number) => (scene: Scene) => {
  const row = scene.platform.reader.deploymentRow(idOf(scene, name))
  return row?.run === run && row.status === 'live' && isRunning(find(scene, name))
}

export const isStopped = (name: string) => (scene: Scene) => {
  const one = find(scene, name)
  return one?.status === 'stopped' && one.health.instances.length === 0
}

export const ask = (verb: 'restart' | 'stop' | 'start', name: string, isDone: Step['isDone']): Step => ({
  isAsked: scene => hasLine(scene, verb, name),
  ask: scene => scene.platform.intents[verb](idOf(scene, name), asker(scene.platform)),
  isDone,
})

/** Short stories that together pass every effect. */
export const scenarios = {
  release: [create('app', 'good'), ...deploy('app', 'better', isLive('app', 2))],

  reuse: [create('app', 'good'), deployAgain('app', 2)],

  keep: [
    create('app', 'good'),
    {
      isAsked: scene => hasLine(scene, 'changed', 'app'),
      ask: scene => scene.platform.intents.keepFolder(idOf(scene, 'app'), 'data', asker(scene.platform)),
      isDone: scene =>
        existsSync(join(scene.platform.dataFolder, 'local/deployments', idOf(scene, 'app'), 'kept')),
    },
    {
      isAsked: scene => scene.platform.reader.buildIdsOf(idOf(scene, 'app')).length > 1,
      ask: scene =>
        scene.platform.intents.deploy(idOf(scene, 'app'), asker(scene.platform), { isFresh: true }),
      isDone: isLive('app', 2),
    },
  ],

  failure: [
    create('app', 'good'),
    ...deploy('app', 'breaks', hasFailed('app', 'build_failed')),
    ...deploy('app', 'exits', hasFailed('app', 'start_exited')),
    rollBack('app', 1, isLive('app', 3)),
  ],

  crash: [
    create('app', 'good'),
    {
      isAsked: ({ home }) => existsSync(join(home, 'crashed')),
      ask: async scene => {
        const port = find(scene, 'app')?.health.port
        await fetch(`http://127.0.0.1:${port}/crash`).catch(() => undefined)
      },
      isDone: scene => hasFailed('app', 'start_exited')(scene) || hasFailed('app', 'app_crashed')(scene),
    },
  ],

  cancel: [create('app', 'hangs', isBuilding('app', 'build')), cancel('app', 'hangs')],

  stop: [create('app', 'good'), ask('stop', 'app', isStopped('app')), ask('start', 'app', isLive('app', 1))],

  command: [create('app', 'migrates')],

  interrupt: [create('app', 'waits', runsCommand('app')), ask('stop', 'app', isStopped('app'))],

  remove: [create('stays', 'good'), create('app', 'good'), remove('app')],
} as const satisfies Record<string, readonly Step[]>

/** How often the app that is there at the end says that it started. */
export const starts: Readonly<Record<ScenarioName, number>> = {
  ...{ release: 2, reuse: 2, keep: 2, failure: 2, crash: 2, cancel: 0 },
  ...{ stop: 2, command: 1, interrupt: 0, remove: 1 },
}
