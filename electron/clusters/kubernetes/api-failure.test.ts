import { expect, test } from 'vitest'
import { ApiError, toClusterFailure } from './api-failure.ts'

const refused = (message: string) =>
  toClusterFailure(new ApiError({ status: 403, reason: 'Forbidden', message }), 'work').failure

test('a right that the role of an earlier version lacks is named with what to apply', () => {
  const message =
    'serviceaccounts "default" is forbidden: User "ana" cannot create resource "serviceaccounts" in API group "" in the namespace "slipway-1"'
  expect(refused(message)).toEqual({
    code: 'cluster_denied',
    message: `The cluster work refuses it: ${message}.`,
    hint: 'A role that was given for an earlier Slipway may lack it. Whoever runs the cluster gives the one of today: slipway cluster rbac work owner | kubectl apply -f - (for a member, member in place of owner).',
  })
})

test('what is refused for another reason is not a matter of roles', () => {
  const { hint } = refused('pods "app" is forbidden: exceeded quota: slipway, requested: pods=1')
  expect(hint).not.toContain('rbac')
})
