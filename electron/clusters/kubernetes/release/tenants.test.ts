import type { KubernetesObject } from '@kubernetes/client-node'
import { expect, test, vi } from 'vitest'
import { clusterSettingsSchema } from '../../../../shared/domain/cluster.ts'
import { ApiError } from '../api-failure.ts'
import { createTenants } from './tenants.ts'

const forbidden = new ApiError({ status: 403, reason: 'Forbidden', message: 'not you' })
const settings = clusterSettingsSchema.parse({ context: 'test' })
const policies = ['NetworkPolicy', 'NetworkPolicy', 'NetworkPolicy']
const all = ['Namespace', 'ServiceAccount', 'ResourceQuota', 'LimitRange', ...policies]

/** A cluster in which `refused` are forbidden. */
function open(refused: readonly string[]) {
  const applied: string[] = []
  const apply = async <T extends KubernetesObject>(object: T): Promise<T> => {
    if (refused.includes(object.kind ?? '')) throw forbidden
    // The refusal comes first.
    await new Promise(resolve => setImmediate(resolve))
    applied.push(object.kind ?? '')
    return object
  }
  const api = { apply, list: async () => [], find: async () => undefined }
  const warn = vi.fn()
  const tenants = createTenants({ api, settings, log: { warn } })
  return { tenants, applied, warn }
}

test('a namespace is made with all that bounds it', async () => {
  const { tenants, applied } = open([])
  expect(await tenants.ensure('ana')).toBe('slipway-ana')
  expect(applied).toEqual(all)
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
