import { type Difference, type Drift, toDifferenceText, toKeepingText } from '../../shared/domain/drift.ts'

const differences: readonly Difference[] = [
  {
    ...{ key: 'replicas', is: 'changed', object: { kind: 'Deployment', name: 'blog-12345678' } },
    ...{ field: 'replicas', wanted: '3', found: '5', by: 'kubectl' },
  },
  {
    ...{ key: 'env', is: 'added', object: { kind: 'Deployment', name: 'blog-12345678' } },
    ...{ field: 'env DEBUG', wanted: null, found: null, by: 'kubectl-set' },
  },
  {
    ...{ key: 'service', is: 'missing', object: { kind: 'Service', name: 'blog-12345678' } },
    ...{ field: '', wanted: null, found: null, by: null },
  },
]

export const noDrift: Omit<Drift, 'deploymentId'> = {
  ...{ differences: [], kept: [], repairsItself: false, isRepairing: false, failure: null },
}

export const standInDrift: Omit<Drift, 'deploymentId'> = {
  ...noDrift,
  differences: differences.map(one => ({
    ...one,
    text: toDifferenceText(one),
    keeping: toKeepingText(one),
  })),
  kept: [
    {
      key: 'image',
      text: 'label slipway.dev/run of pods: 1 wanted, 2 there',
      keptBy: 'ana',
      keptAt: Date.now() - 3 * 86_400_000,
    },
  ],
}
