import { expect, test } from 'vitest'
import { ApiError } from '../api-failure.ts'
import { toApplyFailure } from './apply-failure.ts'

const object = {
  kind: 'Deployment',
  metadata: { name: 'shop-1', namespace: 'slipway-ana', labels: { 'app.kubernetes.io/name': 'shop' } },
}

test('a conflict names who has set what, and how to go on', () => {
  const error = new ApiError({
    status: 409,
    reason: 'Conflict',
    message: 'Apply failed with 2 conflicts',
    details: {
      causes: [
        {
          reason: 'FieldManagerConflict',
          message: 'conflict with "kubectl-edit" using apps/v1',
          field: '.spec.template.spec.containers[name="app"].image',
        },
        {
          reason: 'FieldManagerConflict',
          message: 'conflict with "kube-scaler" using apps/v1',
          field: '.spec.replicas',
        },
      ],
    },
  })
  expect(toApplyFailure(error, object, 'prod').failure).toEqual({
    code: 'conflict',
    message:
      'Deployment shop-1 was changed by something other than Slipway: kubectl-edit has set containers[name="app"].image; kube-scaler has set replicas.',
    hint: 'Repair it in Slipway (slipway drift shop --repair), or take the change back there; then deploy again.',
  })
})
