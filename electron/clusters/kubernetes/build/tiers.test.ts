import { expect, test } from 'vitest'
import { nextTier, toNextTry, toSecurityContext, toSecurityLevel } from './tiers.ts'

test('a build gets more rights only where less is not enough, and all only where that is allowed', () => {
  const next = (allowsPrivilegedBuilds: boolean) =>
    (['unprivileged', 'unconfined', 'privileged'] as const).map(tier =>
      nextTier(tier, { allowsPrivilegedBuilds }),
    )
  expect(next(false)).toEqual(['unconfined', undefined, undefined])
  expect(next(true)).toEqual(['unconfined', 'privileged', undefined])
})

test('what earlier builds left goes before more rights are taken; what failed for another reason is not tried again', () => {
  const last = (
    code: 'cluster_unfit' | 'build_failed' | 'unschedulable',
    usesState: boolean,
    isOfState = false,
  ) =>
    toNextTry(
      {
        ...{ tier: 'unprivileged', takesState: true, usesState, isOfState },
        failure: { code, message: 'It does not begin.', hint: '' },
      },
      { allowsPrivilegedBuilds: false },
    )
  expect(last('build_failed', true)).toBeUndefined()
  expect(last('unschedulable', true)).toBeUndefined()
  const without = {
    tier: 'unprivileged',
    takesState: false,
    why: 'It does not begin. Trying again without what earlier builds left.',
  }
  expect(last('unschedulable', true, true)).toEqual(without)
  expect(last('cluster_unfit', true)).toEqual(without)
  expect(last('cluster_unfit', false)).toEqual({
    tier: 'unconfined',
    takesState: true,
    why: 'It does not begin. Trying again with more rights: unconfined.',
  })
})

test('the least names no profile, since baseline lets none in that is unconfined', () => {
  expect(toSecurityContext('unprivileged')).toEqual({
    capabilities: { drop: ['ALL'], add: ['SETUID', 'SETGID'] },
  })
  expect(toSecurityLevel('unprivileged')).toBe('baseline')
  expect(toSecurityContext('unconfined')).toMatchObject({ seccompProfile: { type: 'Unconfined' } })
  expect(toSecurityLevel('unconfined')).toBe('privileged')
})
