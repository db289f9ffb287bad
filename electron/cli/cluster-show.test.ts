import { expect, test } from 'vitest'
import type { Failure } from '../../shared/domain/failure.ts'
import type { Survey } from '../../shared/domain/survey.ts'
import { toSurveyText } from './cluster-show.ts'

const denied: Failure = { code: 'cluster_denied', message: 'You may not look.', hint: 'Ask for it.' }

const ofOwner: Survey = {
  ...{ kind: 'kubernetes', at: 0, version: 'v1.36.3' },
  nodes: {
    found: {
      list: [
        {
          ...{ name: 'one', isReady: true, isSchedulable: true, architecture: 'amd64', kubelet: 'v1.36.3' },
          pressures: ['memory', 'disk'],
          allocatable: { cpu: 4, memory: 16e9, pods: 110 },
          requested: { cpu: 1.25, memory: 4e9, pods: 12 },
        },
      ],
      count: 1,
      allocatable: { cpu: 4, memory: 16e9, pods: 110 },
      requested: { found: { cpu: 1.25, memory: 4e9, pods: 12 } },
    },
  },
  there: {
    found: {
      ...{ scope: 'all', count: 1, instances: 1, builds: 0, volumes: [] },
      deployments: [
        {
          ...{ id: 'a', name: 'blog', isDatabase: false, instances: 2, ready: 1 },
          requests: { cpu: 0.2, memory: 256e6 },
          limits: { cpu: 2, memory: 512e6 },
          use: { cpu: 0.05, memory: 90e6 },
        },
      ],
      requests: { cpu: 0.2, memory: 256e6 },
      limits: { cpu: 2, memory: 512e6 },
      use: { found: { cpu: 0.05, memory: 90e6 } },
    },
  },
}

test('an owner reads the version, the nodes with what is asked for of them, and what is there', () => {
  expect(toSurveyText(ofOwner).split('\n')).toEqual([
    'Kubernetes v1.36.3',
    '',
    'NODE    STATE                  KUBELET        CPUS       MEMORY             PODS',
    'one     short of memory, disk  v1.36.3 amd64  1.25 of 4  4.0 GB of 16.0 GB  12 of 110',
    'in all                                        1.25 of 4  4.0 GB of 16.0 GB  12 of 110',
    'Figures are what pods asked for, of what there is.',
    '',
    '1 deployment with 1 instance.',
    'NAME    READY   CPU   ASKED FOR  AT MOST  MEMORY   ASKED FOR  AT MOST',
    'blog    1 of 2  5.0%  20%        200%     90.0 MB  256.0 MB   512.0 MB',
    'in all          5.0%  20%        200%     90.0 MB  256.0 MB   512.0 MB',
  ])
})

test('a member reads what is not shown, and why', () => {
  const text = toSurveyText({
    ...{ kind: 'kubernetes', at: 0, version: null },
    nodes: { missing: denied },
    there: {
      found: {
        ...{ scope: 'own', deployments: [], count: 0, instances: 0, builds: 0, volumes: [] },
        ...{ requests: null, limits: null, use: { missing: denied } },
      },
    },
  })
  expect(text.split('\n')).toEqual([
    'You may not look. Ask for it.',
    '',
    'Nothing is deployed.',
    'What other users have there is not shown to you.',
  ])
})

test('of this computer no column says what is asked for, since nothing is', () => {
  const text = toSurveyText({
    ...{ kind: 'local', at: 0, system: 'Linux 6.8.0', architecture: 'x64', cores: 8 },
    ...{ memory: { total: 16e9, free: 4e9 }, disk: { total: 500e9, free: 100e9 } },
    there: {
      found: {
        ...{ scope: 'all', count: 1, instances: 1, builds: 1, volumes: [] },
        deployments: [
          {
            ...{ id: 'a', name: 'blog', isDatabase: false, instances: 1, ready: 1 },
            ...{ requests: null, limits: null, use: null },
          },
        ],
        ...{ requests: null, limits: null, use: { found: { cpu: 0, memory: 0 } } },
      },
    },
  })
  expect(text.split('\n')).toEqual([
    'system  Linux 6.8.0, x64',
    'CPUs    8',
    'memory  4.0 GB of 16.0 GB free',
    'disk    100.0 GB of 500.0 GB free',
    '',
    '1 deployment with 1 instance, 1 build under way.',
    'NAME    READY   CPU  MEMORY',
    'blog    1 of 1  -    -',
    'in all          0%   0 kB',
  ])
})
