import type { V1PodSpec } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { toAmounts } from './amounts.ts'

const container = (cpu: string, memory: string, more: object = {}) => ({
  ...{ name: 'one', image: 'one', resources: { requests: { cpu, memory }, limits: { cpu: '2' } } },
  ...more,
})
const amountsOf = (spec: Partial<V1PodSpec>) => toAmounts({ spec: { containers: [], ...spec } }, 'requests')
const mib = 1024 ** 2

test('what all containers ask for is added', () => {
  expect(amountsOf({ containers: [container('250m', '64Mi'), container('1', '1Mi')] })).toEqual({
    cpu: 1.25,
    memory: 65 * mib,
  })
})

test('a container that asks for nothing adds nothing', () => {
  expect(amountsOf({ containers: [{ name: 'one' }] })).toEqual({ cpu: 0, memory: 0 })
})

test('one that prepares counts where it asks for more than what comes after it', () => {
  const spec = { containers: [container('250m', '64Mi')], initContainers: [container('100m', '512Mi')] }
  expect(amountsOf(spec)).toEqual({ cpu: 0.25, memory: 512 * mib })
})

test('one that runs on beside the others is added to all that comes after it', () => {
  const sidecar = container('100m', '100Mi', { restartPolicy: 'Always' })
  const spec = {
    containers: [container('250m', '64Mi')],
    initContainers: [sidecar, container('1', '10Mi')],
  }
  expect(amountsOf(spec)).toEqual({ cpu: 1.1, memory: 164 * mib })
})

test('what is set for the pod stands above its containers, and what it costs to run is added', () => {
  const spec = {
    containers: [container('250m', '64Mi')],
    resources: { requests: { cpu: '3' } },
    overhead: { cpu: '250m', memory: '1Mi' },
  }
  expect(amountsOf(spec)).toEqual({ cpu: 3.25, memory: 65 * mib })
})

test('limits are counted in the same way', () => {
  expect(toAmounts({ spec: { containers: [container('1', '1Mi')] } }, 'limits')).toEqual({
    cpu: 2,
    memory: 0,
  })
})
