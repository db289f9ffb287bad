import { expect, test } from 'vitest'
import { refuseForeign } from './inventory.ts'
import { registryLabels } from './names.ts'

const clusterWith = (labels: Record<string, string> | undefined) => ({
  get: async () => (labels === undefined ? undefined : { metadata: { labels } }) as never,
})

test.each([
  ['is not there', undefined],
  ['was made by Slipway', { ...registryLabels, more: 'labels' }],
])('a namespace that %s is taken', async (_, labels) => {
  await expect(refuseForeign(clusterWith(labels))).resolves.toBeUndefined()
})

test.each([
  ['by others', {}],
  ['by Slipway for something else', { 'app.kubernetes.io/managed-by': 'slipway' }],
])('a namespace that was made %s is left alone', async (_, labels) => {
  await expect(refuseForeign(clusterWith(labels))).rejects.toThrow(
    /namespace slipway-registry that is not Slipway's/,
  )
})
