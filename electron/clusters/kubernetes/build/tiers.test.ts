import { expect, test } from 'vitest'
import { nextTier, toSecurityContext, toSecurityLevel } from './tiers.ts'

test('a build gets more rights only where less is not enough, and all only where that is allowed', () => {
  const next = (allowsPrivilegedBuilds: boolean) =>
    (['unprivileged', 'unconfined', 'privileged'] as const).map(tier =>
      nextTier(tier, { allowsPrivilegedBuilds }),
    )
  expect(next(false)).toEqual(['unconfined', undefined, undefined])
  expect(next(true)).toEqual(['unconfined', 'privileged', undefined])
})

test('the least names no profile, since baseline lets none in that is unconfined', () => {
  expect(toSecurityContext('unprivileged')).toEqual({
    capabilities: { drop: ['ALL'], add: ['SETUID', 'SETGID'] },
  })
  expect(toSecurityLevel('unprivileged')).toBe('baseline')
  expect(toSecurityContext('unconfined')).toMatchObject({ seccompProfile: { type: 'Unconfined' } })
  expect(toSecurityLevel('unconfined')).toBe('privileged')
})
