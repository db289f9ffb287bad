import type { V1Deployment, V1Pod, V1ReplicaSet } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { type RolloutObjects, toInstances } from './rollout.ts'
import { findTrouble, nextLookAt, type RolloutLimits } from './trouble.ts'
import { toTroubleFailure } from './trouble-words.ts'

// Objects as a 1.36 cluster has them, without what nobody reads here.

const at = (second: number) => new Date(1_795_000_000_000 + second * 1000)
const now = at(100).getTime()
const limits: RolloutLimits = { startMs: 60_000, placeMs: 60_000 }

const runLabels = (release: string, run = 1) => ({
  'slipway.dev/release': release,
  'slipway.dev/run': String(run),
})

type Container = NonNullable<NonNullable<V1Pod['status']>['containerStatuses']>[number]
const container = (change: Partial<Container> = {}): Container => ({
  name: 'app',
  image: 'app',
  imageID: '',
  ready: false,
  started: false,
  restartCount: 0,
  ...change,
})
const running = (second: number) => ({ state: { running: { startedAt: at(second) } } })
const ended = (exitCode: number, change: { reason?: string; from?: number; to?: number } = {}) => ({
  terminated: {
    exitCode,
    reason: change.reason ?? 'Error',
    startedAt: at(change.from ?? 10),
    finishedAt: at(change.to ?? 11),
  },
})
const backOff = {
  waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' },
}

function pod(change: {
  release?: string
  run?: number
  isReady?: boolean
  status?: Container
  conditions?: NonNullable<V1Pod['status']>['conditions']
  phase?: string
  reason?: string
  message?: string
  isDeleted?: boolean
}): V1Pod {
  const isReady = change.isReady ?? false
  return {
    metadata: {
      name: `app-${change.release ?? 'r2'}`,
      uid: `uid-${change.release ?? 'r2'}`,
      labels: runLabels(change.release ?? 'r2', change.run),
      creationTimestamp: at(5),
      ...(change.isDeleted ? { deletionTimestamp: at(90) } : {}),
    },
    spec: {
      containers: [
        {
          name: 'app',
          image: 'registry/app@sha256:1',
          ports: [{ containerPort: 8080 }],
          resources: { limits: { memory: '512Mi' } },
        },
      ],
    },
    status: {
      phase: change.phase ?? 'Running',
      ...(change.reason === undefined ? {} : { reason: change.reason }),
      ...(change.message === undefined ? {} : { message: change.message }),
      conditions: change.conditions ?? [
        { type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: at(20) },
      ],
      containerStatuses: [
        change.status ?? container(isReady ? { ready: true, started: true, ...running(12) } : running(90)),
      ],
    },
  }
}

function deployment(change: {
  isComplete?: boolean
  replicas?: number
  counts?: Partial<NonNullable<V1Deployment['status']>>
  conditions?: NonNullable<V1Deployment['status']>['conditions']
  observed?: number
}): V1Deployment {
  const isComplete = change.isComplete ?? false
  return {
    metadata: { name: 'app', generation: 3, creationTimestamp: at(0) },
    spec: {
      replicas: change.replicas ?? 1,
      selector: {},
      template: { metadata: { labels: runLabels('r2') } },
    },
    status: {
      observedGeneration: change.observed ?? 3,
      replicas: isComplete ? 1 : 2,
      updatedReplicas: 1,
      availableReplicas: 1,
      ...change.counts,
      conditions: change.conditions ?? [
        {
          type: 'Progressing',
          status: 'True',
          reason: isComplete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
          lastUpdateTime: at(21),
        },
      ],
    },
  }
}

const set = (release: string, replicas: number): V1ReplicaSet => ({
  metadata: { name: `app-${release}` },
  spec: { replicas, selector: {}, template: { metadata: { labels: runLabels(release) } } },
})

const readyOne = (release: string) => ({
  releaseId: release,
  run: 1,
  state: 'ready',
  name: `app-${release}`,
  startedAt: at(12).getTime(),
  readyAt: at(20).getTime(),
  exitedAt: null,
  port: 8080,
  fixedPort: null,
  restarts: 0,
  failure: null,
})
const targetOne = { ...readyOne('r2'), outOf: 1 }
const startingOne = {
  ...targetOne,
  state: 'starting',
  startedAt: at(5).getTime(),
  readyAt: null,
  port: null,
}
const objects = (change: Partial<RolloutObjects>): RolloutObjects => ({
  deployment: deployment({}),
  replicaSets: [set('r1', 1), set('r2', 1)],
  pods: [],
  ...change,
})

describe('what is there of a deployment', () => {
  test('while it rolls out, the target starts and the release before serves', () => {
    expect(
      toInstances(objects({ pods: [pod({ release: 'r1', isReady: true }), pod({})] }), undefined),
    ).toEqual([startingOne, readyOne('r1')])
  })

  test('the target is there before its first pod', () => {
    expect(toInstances(objects({ replicaSets: [] }), undefined)).toEqual([
      { ...startingOne, name: '', startedAt: at(0).getTime() },
    ])
  })

  test('a ready pod of the target is not enough while one of the release before is to run', () => {
    const pods = [pod({ release: 'r1', isReady: true }), pod({ isReady: true })]
    const [target] = toInstances(objects({ deployment: deployment({ isComplete: true }), pods }), undefined)
    expect(target?.state).toBe('starting')
  })

  test('complete, it is ready, whatever still drains', () => {
    const pods = [pod({ release: 'r1', isReady: true, isDeleted: true }), pod({ isReady: true })]
    const replicaSets = [set('r1', 0), set('r2', 1)]
    expect(
      toInstances({ deployment: deployment({ isComplete: true }), replicaSets, pods }, undefined),
    ).toEqual([targetOne])
  })

  test('a generation that the cluster has not seen yet is not complete', () => {
    const given = {
      deployment: deployment({ isComplete: true, observed: 2 }),
      replicaSets: [set('r2', 1)],
      pods: [pod({ isReady: true })],
    }
    expect(toInstances(given, undefined)[0]?.state).toBe('starting')
  })

  test('of several, those that are ready come first, and each that lacks says why', () => {
    const failure = { code: 'quota_exceeded', message: 'No room.', hint: '' } as const
    const given = {
      deployment: deployment({ isComplete: true, replicas: 3 }),
      replicaSets: [set('r2', 3)],
      pods: [pod({ status: container({ restartCount: 2, state: backOff }) }), pod({ isReady: true })],
    }
    const lacking = { ...startingOne, readyAt: at(21).getTime(), failure, outOf: 3 }
    expect(toInstances(given, { failure, isEnded: false })).toEqual([
      { ...targetOne, outOf: 3 },
      { ...lacking, restarts: 2 },
      { ...lacking, restarts: 2 },
    ])
  })

  test('another number of instances takes none away before the cluster has seen it', () => {
    const scaled = (revision: string | undefined) => {
      const seen = (object: V1Deployment | V1ReplicaSet) => ({
        ...object,
        metadata: {
          ...object.metadata,
          ...(revision === undefined
            ? {}
            : { annotations: { 'deployment.kubernetes.io/revision': revision } }),
        },
      })
      return toInstances(
        {
          deployment: seen(deployment({ isComplete: true, replicas: 2, observed: 2 })) as V1Deployment,
          replicaSets: [seen(set('r2', 1)) as V1ReplicaSet],
          pods: [pod({ isReady: true })],
        },
        undefined,
      ).map(({ state, outOf }) => [state, outOf])
    }
    expect(scaled('7')).toEqual([
      ['ready', 2],
      ['starting', 2],
    ])
    expect(scaled(undefined)).toEqual([['starting', 2]])
  })

  test('one that was complete and crashed is the cluster’s to bring back, however definite its trouble', () => {
    const failure = { code: 'app_crashed', message: 'It ended.', hint: '' } as const
    const given = {
      deployment: deployment({ isComplete: true, counts: { availableReplicas: 0 } }),
      replicaSets: [set('r2', 1)],
      pods: [pod({ status: container({ restartCount: 3, state: backOff, lastState: ended(1) }) })],
    }
    expect(toInstances(given, { failure, isEnded: true })).toEqual([
      { ...startingOne, readyAt: at(21).getTime(), restarts: 3, failure },
    ])
  })

  test('scaled to nothing, nothing is there', () => {
    expect(
      toInstances(objects({ deployment: deployment({ replicas: 0 }), pods: [pod({})] }), undefined),
    ).toEqual([])
  })
})

describe('why a run does not become ready', () => {
  const waiting = (reason: string, message: string) => [
    pod({ status: container({ state: { waiting: { reason, message } } }) }),
  ]
  const say = (pods: V1Pod[], given: V1Deployment = deployment({})) => {
    const trouble = findTrouble({ now, deployment: given, pods, limits })
    if (trouble === undefined) return 'nothing'
    const { code, message } = toTroubleFailure(trouble, { lines: [], listening: [] })
    return `${trouble.isDefinite ? '' : 'maybe '}${code}: ${message}`
  }
  const unplaced = (since: number) => [
    pod({
      phase: 'Pending',
      status: container(),
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/1 nodes are available: 1 Insufficient memory.',
          lastTransitionTime: at(since),
        },
      ],
    }),
  ]
  const refused = (message: string) =>
    deployment({ conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }] })

  test.each([
    ['an image that is pulled', waiting('ContainerCreating', ''), 'nothing'],
    [
      'a pull that failed once',
      waiting('ErrImagePull', 'failed to pull: dial tcp 10.0.0.9:5000: i/o timeout'),
      'maybe image_unavailable: The nodes cannot pull the image registry/app@sha256:1: the registry does not answer them (failed to pull: dial tcp 10.0.0.9:5000: i/o timeout).',
    ],
    [
      'a registry that wants to know who asks',
      waiting('ImagePullBackOff', 'pull access denied, 401 Unauthorized'),
      'image_unavailable: The nodes cannot pull the image registry/app@sha256:1: the registry does not let them in.',
    ],
    [
      'an image for another processor',
      waiting('ImagePullBackOff', 'no match for platform in manifest: not found'),
      'image_unavailable: The nodes cannot pull the image registry/app@sha256:1: it is made for another kind of processor.',
    ],
    [
      'an image that runs as root',
      waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'),
      'image_refused: The image runs as root or as a user that it only names, and apps run here as no root.',
    ],
    [
      'one crash',
      [pod({ status: container({ restartCount: 1, lastState: ended(1), ...running(99) }) })],
      'maybe start_exited: The app exited with code 1.',
    ],
    [
      'the second crash',
      [pod({ status: container({ restartCount: 2, lastState: ended(1), ...running(99) }) })],
      'start_exited: The app exited with code 1, 2 times in a row.',
    ],
    [
      'a crash that the kubelet waits after',
      [pod({ status: container({ restartCount: 1, state: backOff, lastState: ended(139) }) })],
      'start_exited: The app was ended by SIGSEGV, 2 times in a row.',
    ],
    [
      'the first end of all',
      [pod({ status: container({ state: ended(2) }) })],
      'maybe start_exited: The app exited with code 2.',
    ],
    [
      'an app out of memory',
      [
        pod({
          status: container({
            restartCount: 1,
            state: backOff,
            lastState: ended(137, { reason: 'OOMKilled' }),
          }),
        }),
      ],
      'out_of_memory: The app took more memory than its limit of 512Mi and was ended.',
    ],
    ['an app that may still listen', [pod({ status: container(running(41)) })], 'nothing'],
    [
      'an app that does not listen in time',
      [pod({ status: container(running(40)) })],
      'start_timed_out: Nothing listened on port 8080 within 60 s.',
    ],
    [
      'what the kubelet ended for not listening, which is no crash',
      [
        pod({
          status: container({ restartCount: 1, lastState: ended(137, { from: 0, to: 90 }), ...running(91) }),
        }),
      ],
      'nothing',
    ],
    [
      'a pod that waits for a place',
      unplaced(50),
      'maybe unschedulable: No node of the cluster has a place for the app: 0/1 nodes are available: 1 Insufficient memory.',
    ],
    [
      'one that found none',
      unplaced(40),
      'unschedulable: No node of the cluster has a place for the app: 0/1 nodes are available: 1 Insufficient memory.',
    ],
  ])('%s', (_, pods, expected) => expect(say(pods)).toBe(expected))

  test.each([
    [404, 'health_failed: The app listens and never got ready: /healthz answered 404 on port 8080.'],
    [
      null,
      'health_failed: The app listens and never got ready: /healthz gave no answer within 3 s on port 8080.',
    ],
    [
      200,
      'health_failed: The app was not ready within 60 s: /healthz answered well on port 8080 only after that, or only from within.',
    ],
  ])('a health path that answers %s too long', (health, expected) => {
    const trouble = {
      kind: 'silent',
      isDefinite: true,
      port: 8080,
      path: '/healthz',
      limitMs: 60_000,
    } as const
    const listening = [{ port: 8080, isLoopback: false }]
    const { code, message } = toTroubleFailure(trouble, { lines: [], listening, health })
    expect(`${code}: ${message}`).toBe(expected)
  })

  test('no room in the quota', () => {
    const message =
      'pods "app-1" is forbidden: exceeded quota: slipway, requested: pods=1, used: pods=60, limited: pods=60'
    expect(say([], refused(message))).toBe(
      'quota_exceeded: There is no room left in what you may use of the cluster: requested: pods=1, used: pods=60, limited: pods=60.',
    )
  })

  test('more than one instance may have', () => {
    const message =
      'pods "app-1" is forbidden: [maximum cpu usage per Container is 500m, but limit is 1, maximum memory usage per Container is 256Mi, but limit is 512Mi]'
    expect(say([], refused(message))).toBe(
      'quota_exceeded: One instance may not have that much: maximum cpu usage per Container is 500m, but limit is 1, maximum memory usage per Container is 256Mi, but limit is 512Mi.',
    )
  })

  test('no room for more of them is no end while others are there', () => {
    const given = refused('pods "app-2" is forbidden: exceeded quota: slipway, requested: pods=1')
    const scaled = { ...given, spec: { ...given.spec, replicas: 3 } } as V1Deployment
    const find = (object: V1Deployment) =>
      findTrouble({ now, deployment: object, pods: [pod({ isReady: true })], limits })
    expect([find(given), find(scaled)]).toMatchObject([undefined, { kind: 'quota', isDefinite: false }])
  })

  test('a rule of the cluster', () => {
    expect(say([], refused('admission webhook "policy" denied the request: forbidden'))).toBe(
      'cluster_denied: The cluster admits no pod of the app: admission webhook "policy" denied the request: forbidden.',
    )
  })

  test('an eviction, which the cluster mends', () => {
    const pods = [
      pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }),
    ]
    expect(say(pods)).toBe(
      'maybe unschedulable: The node ran short and put the app out: The node was low on resource: memory.',
    )
  })

  test('time alone tells more of an app that does not listen yet, and of one without a place', () => {
    const look = (pods: V1Pod[]) => nextLookAt({ now, deployment: deployment({}), pods, limits })
    expect(look([pod({ status: container(running(41)) })])).toBe(at(101).getTime())
    expect(look(unplaced(50))).toBe(at(110).getTime())
    expect(look([pod({ isReady: true })])).toBeUndefined()
  })
})
