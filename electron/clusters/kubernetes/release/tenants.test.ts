import type { KubernetesObject, V1ResourceQuota } from '@kubernetes/client-node'
import { expect, test, vi } from 'vitest'
import { clusterSettingsSchema } from '../../../../shared/domain/cluster.ts'
import { ApiError } from '../api-failure.ts'
import { createTenants } from './tenants.ts'

const forbidden = new ApiError({ status: 403, reason: 'Forbidden', message: 'not you' })
const settings = clusterSettingsSchema.parse({ context: 'test' })
const policies = ['NetworkPolicy', 'NetworkPolicy', 'NetworkPolicy']
const all = ['Namespace', 'ServiceAccount', 'ResourceQuota', 'LimitRange', ...policies]

/** A cluster in which `refused` are forbidden. `counted`: the quota's status when it is applied, then at each look. */
function open(refused: readonly string[], counted: (Record<string, string> | 'as wanted')[] = []) {
  let quota: V1ResourceQuota = {}
  const look = () => {
    const next = counted.shift()
    const hard = next === 'as wanted' ? quota.spec?.hard : next
    return { ...quota, ...(hard === undefined ? {} : { status: { hard } }) }
  }
  const applied: string[] = []
  const apply = async <T extends KubernetesObject>(object: T): Promise<T> => {
    if (refused.includes(object.kind ?? '')) throw forbidden
    // The refusal comes first.
    await new Promise(resolve => setImmediate(resolve))
    applied.push(object.kind ?? '')
    if (object.kind !== 'ResourceQuota') return object
    quota = object as V1ResourceQuota
    return look() as unknown as T
  }
  const get = async <T extends KubernetesObject>() => look() as unknown as T
  const api = { apply, get, list: async () => [], find: async () => undefined }
  const warn = vi.fn()
  const tenants = createTenants({ api, settings, log: { warn } })
  return { tenants, applied, warn }
}

test('a namespace is made with all that bounds it', async () => {
  const { tenants, applied } = open([])
  expect(await tenants.ensure('ana')).toBe('slipway-ana')
  expect(applied).toEqual(all)
})

test('nothing is released before a changed quota is what pods are counted against', async () => {
  const before = { pods: '5' }
  const counted = [before, before, 'as wanted' as const]
  const { tenants } = open([], counted)
  await tenants.ensure('ana')
  expect(counted).toEqual([])
})

test('who may not make the namespace works in the one that was prepared', async () => {
  const { tenants, applied, warn } = open(['Namespace'])
  expect(await tenants.ensure('ana')).toBe('slipway-ana')
  expect(applied).toEqual([])
  expect(warn).toHaveBeenCalledOnce()
})

test.each(['NetworkPolicy', 'ResourceQuota', 'ServiceAccount'])(
  'no app runs in a namespace whose %s was refused, and it is tried again',
  async kind => {
    const { tenants, applied, warn } = open([kind])
    await expect(tenants.ensure('ana')).rejects.toBe(forbidden)
    const made = all.filter(one => one !== kind)
    expect(applied).toEqual(made)
    await expect(tenants.ensure('ana')).rejects.toBe(forbidden)
    expect(applied).toEqual([...made, ...made])
    expect(warn).not.toHaveBeenCalled()
  },
)
