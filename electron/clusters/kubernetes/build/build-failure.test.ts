import type { V1Pod } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { defaultLimits } from '../../../../shared/domain/cluster-limits.ts'
import { type FailureFacts, toPodEnd } from './build-failure.ts'
import type { BuildScene } from './namespace-watch.ts'
import { findObstacle } from './stuck.ts'

const facts: FailureFacts = {
  timeLimitMs: 600_000,
  limits: defaultLimits,
  sha: 'a'.repeat(40),
  gitUrl: 'https://git.example/app.git',
  registryUser: null,
  registry: 'registry.example',
  trust: { context: 'prod', hasBuildCa: false },
  lines: [],
  errors: [],
}
const sceneOf = (status: V1Pod['status'], more: Partial<BuildScene> = {}): BuildScene => ({
  job: undefined,
  pod: { metadata: { name: 'build' }, ...(status && { status }) },
  events: [],
  isGone: false,
  ...more,
})
const none: BuildScene = { job: undefined, pod: undefined, events: [], isGone: false }
const container = (name: string, terminated: object) =>
  ({ name, state: { terminated }, image: '', imageID: '', ready: false, restartCount: 0 }) as never
const jobFailedFor = (reason: string) => ({
  status: { conditions: [{ type: 'Failed', status: 'True', reason }] },
})
const failed = (more: V1Pod['status']) => sceneOf({ phase: 'Failed', ...more })
const messageOf = (scene: BuildScene, more: Partial<FailureFacts> = {}) => {
  const end = toPodEnd(scene, { ...facts, ...more })
  return end !== undefined && 'failure' in end ? [end.failure.code, end.failure.message] : end
}

describe('how a build ended', () => {
  test('is not known while it runs', () => {
    expect(toPodEnd(none, facts)).toBeUndefined()
    expect(toPodEnd(sceneOf({ phase: 'Running' }), facts)).toBeUndefined()
    const ahead = sceneOf({ phase: 'Running' }, { job: jobFailedFor('BackoffLimitExceeded') })
    expect(toPodEnd(ahead, facts)).toBeUndefined()
  })

  test.each(['Running', 'Succeeded'])('is the digest in its last message, while its pod is %s', phase => {
    const scene = sceneOf({
      phase,
      containerStatuses: [container('build', { exitCode: 0, message: 'sha256:abc\n' })],
    })
    expect(toPodEnd(scene, facts)).toEqual({ digest: 'sha256:abc' })
  })

  test('is no digest when it failed after that', () => {
    const containerStatuses = [container('build', { exitCode: 1, message: 'sha256:abc\n' })]
    expect(toPodEnd(sceneOf({ phase: 'Running', containerStatuses }), facts)).toBeUndefined()
    expect(messageOf(failed({ containerStatuses }))).toEqual([
      'build_failed',
      'The build exited with code 1.',
    ])
  })

  test.each<[string, BuildScene, Partial<FailureFacts>, [string, string]]>([
    [
      'removed',
      { ...none, isGone: true },
      {},
      ['build_interrupted', 'The build was removed from the cluster by somebody else.'],
    ],
    [
      'too slow',
      failed({ reason: 'DeadlineExceeded' }),
      {},
      ['build_timed_out', 'The build was not done within 10 minutes and was ended.'],
    ],
    [
      'too much disk',
      failed({ reason: 'Evicted', message: 'Usage of EmptyDir volume "state" exceeds the limit "4Gi". ' }),
      {},
      ['disk_full', 'The build wrote more than the 4 GiB of disk that it may have.'],
    ],
    [
      'evicted',
      failed({ reason: 'Evicted', message: 'The node was low on resource: memory. ' }),
      {},
      [
        'build_interrupted',
        'The node had to make room and ended the build: The node was low on resource: memory.',
      ],
    ],
    [
      'out of memory',
      failed({ containerStatuses: [container('build', { exitCode: 137, reason: 'OOMKilled' })] }),
      {},
      ['out_of_memory', 'The build needed more memory than the 4 GiB that it may have.'],
    ],
    [
      'commit gone',
      failed({ initContainerStatuses: [container('fetch', { exitCode: 1, message: 'commit_not_found' })] }),
      {},
      ['source_commit_not_found', 'The repository no longer has the commit aaaaaaa.'],
    ],
    [
      'refused after a proxy that knows nothing of it',
      failed({ initContainerStatuses: [container('fetch', { exitCode: 1, message: 'git_failed' })] }),
      {
        lines: [
          'The requested URL returned error: 403',
          'Trying again without the proxy',
          "fatal: unable to access 'https://git.example/': Could not resolve host: git.example",
        ],
      },
      ['source_unreachable', 'From inside of the cluster: git.example could not be reached.'],
    ],
    [
      'its pod deleted, which nothing tells but its Job',
      {
        ...none,
        pod: { metadata: { deletionTimestamp: new Date() }, status: { phase: 'Running' } },
        job: jobFailedFor('BackoffLimitExceeded'),
      },
      {},
      ['build_interrupted', 'The build was ended from outside.'],
    ],
    [
      'its pod deleted before it was seen',
      { ...none, job: jobFailedFor('BackoffLimitExceeded') },
      {},
      ['build_interrupted', 'The build was ended from outside.'],
    ],
    [
      'no pod within its time',
      { ...none, job: jobFailedFor('DeadlineExceeded') },
      {},
      ['build_timed_out', 'The build was not done within 10 minutes and was ended.'],
    ],
    [
      'what BuildKit said',
      failed({ containerStatuses: [container('build', { exitCode: 1 })] }),
      { errors: ['process "/bin/sh -c make" did not complete successfully: exit code: 2'] },
      ['build_failed', 'make exited with code 2.'],
    ],
  ])('%s', (_, scene, more, words) => {
    expect(messageOf(scene, more)).toEqual(words)
  })
})

describe('a certificate that builds do not trust', () => {
  const hintOf = (scene: BuildScene, more: Partial<FailureFacts>) => {
    const end = toPodEnd(scene, { ...facts, ...more })
    return end !== undefined && 'failure' in end ? [end.failure.message, end.failure.hint] : end
  }
  const atFetch = failed({
    initContainerStatuses: [container('fetch', { exitCode: 1, message: 'git_failed' })],
  })
  const atBuild = failed({ containerStatuses: [container('build', { exitCode: 1 })] })
  const command =
    'Set the certificate of who vouches for it, then deploy again: slipway cluster add prod --build-ca FILE'

  test('is named where the code is fetched', () => {
    const lines = [
      "fatal: unable to access 'https://git.example/': SSL certificate problem: unable to get local issuer certificate",
    ]
    expect(hintOf(atFetch, { lines })).toEqual([
      'From inside of the cluster: builds do not trust the certificate of git.example.',
      command,
    ])
  })

  test.each([
    'npm error code SELF_SIGNED_CERT_IN_CHAIN',
    'npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'Error: unable to verify the first certificate',
    'curl: (60) SSL certificate problem: unable to get local issuer certificate',
    'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED]',
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
  ])('is named where a command of the build stumbles over it: %s', line => {
    const errors = ['process "/bin/sh -c npm ci" did not complete successfully: exit code: 1']
    expect(hintOf(atBuild, { errors, lines: [line] })).toEqual([
      'npm ci exited with code 1.',
      `A certificate is not trusted. ${command}`,
    ])
  })

  test('is named where an image to begin from cannot be had, also when others are set', () => {
    const errors = [
      'failed to resolve source metadata for r.example/a:1: failed to do request: tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ]
    const trust = { context: 'prod', hasBuildCa: true }
    expect(hintOf(atBuild, { errors, trust })).toEqual([
      expect.stringMatching(/^The image r\.example\/a:1, which the build begins from, cannot be had: /),
      expect.stringContaining('--mount=type=secret,id=build-ca'),
    ])
  })
})

describe('what keeps a build from starting', () => {
  test('is nothing while its pod is made or runs', () => {
    expect(findObstacle(none, defaultLimits)).toBeUndefined()
    expect(findObstacle(sceneOf({ phase: 'Running' }), defaultLimits)).toBeUndefined()
  })

  test('may pass: no room', () => {
    const conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/1 nodes: Insufficient cpu.',
      },
    ]
    expect(findObstacle(sceneOf({ conditions }), defaultLimits)).toMatchObject({
      isPatient: true,
      failure: {
        code: 'unschedulable',
        message: 'No node has room for the build: 0/1 nodes: Insufficient cpu.',
      },
    })
  })

  test('may pass: nodes that take no builds', () => {
    const message = '0/1 nodes are available: 1 node(s) had untolerated taint {team: ml}.'
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }]
    expect(findObstacle(sceneOf({ conditions }), defaultLimits)).toMatchObject({
      isPatient: true,
      failure: {
        code: 'unschedulable',
        message:
          'No node takes the build: 0/1 nodes are available: 1 node(s) had untolerated taint {team: ml}.',
        hint: expect.stringMatching(/^Ask whoever runs the cluster/),
      },
    })
  })

  test.each([
    ['exceeded quota: small, requested: pods=1', true, 'quota_exceeded'],
    ['pods "build-x" is forbidden: violates PodSecurity "restricted:latest"', false, 'cluster_unfit'],
  ])('is a refusal: %s', (message, isPatient, code) => {
    const event = { reason: 'FailedCreate', message, metadata: {}, involvedObject: {} }
    expect(findObstacle({ ...none, events: [event] }, defaultLimits)).toMatchObject({
      isPatient,
      failure: { code },
    })
  })
})
