import { expect, test } from 'vitest'
import { defaultLimits } from '../../../../shared/domain/cluster-limits.ts'
import { toTenantBounds } from './tenant-bounds.ts'

const place = { namespace: 'slipway-ana', labels: { mine: 'yes' } }

test('a user is bounded as it is set: pods, what may be set aside, and what one instance may have', () => {
  const limits = { ...defaultLimits, quotaPods: 5, quotaCpu: 1.5, quotaMemory: 3, instanceCpu: 0.5 }
  const [quota, range] = toTenantBounds({ ...place, limits: { ...limits, instanceMemory: 0.25 } })
  expect(quota).toEqual({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'slipway', ...place },
    spec: {
      hard: {
        pods: '5',
        'requests.cpu': '1500m',
        'requests.memory': '1536Mi',
        'limits.memory': '3072Mi',
        'services.loadbalancers': '0',
        'services.nodeports': '20',
      },
    },
  })
  expect(range).toMatchObject({
    kind: 'LimitRange',
    spec: {
      limits: [
        {
          max: { cpu: '500m', memory: '256Mi' },
          // The API refuses a default above the maximum.
          default: { cpu: '500m', memory: '256Mi' },
        },
      ],
    },
  })
})
