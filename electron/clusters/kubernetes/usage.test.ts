import { expect, test } from 'vitest'
import { clusterSettingsSchema } from '../../../shared/domain/cluster.ts'
import type { KubernetesApi } from './api.ts'
import { toApiError } from './api-failure.ts'
import { createUsage } from './usage.ts'

const settings = clusterSettingsSchema.parse({ context: 'prod' })
const pod = (deploymentId: string, name: string, ...usage: { cpu: string; memory: string }[]) => ({
  metadata: { name, labels: { 'slipway.dev/deployment': deploymentId } },
  containers: usage.map(each => ({ usage: each })),
})

/** `answer`: the items, no such API, or what is thrown. */
function ask(answer: object[] | undefined | Error) {
  const asked: string[] = []
  const clock = { now: 0 }
  const find = async (path: string) => {
    asked.push(path)
    if (answer instanceof Error) throw answer
    return answer && { items: answer }
  }
  const api = { find } as unknown as KubernetesApi
  return { asked, clock, measure: createUsage({ api, settings, now: () => clock.now }, () => 'slipway-ana') }
}

test('what the containers of a pod take is added up; several deployments of a user share a request', async () => {
  const { asked, clock, measure } = ask([
    pod('a', 'a-1', { cpu: '250m', memory: '64Mi' }, { cpu: '1500000n', memory: '1024Ki' }),
    pod('b', 'b-1', { cpu: '0', memory: '8Mi' }),
  ])
  const [a, b] = await Promise.all([measure('a'), measure('b')])
  expect(a).toEqual([{ name: 'a-1', cpu: 0.2515, memory: 65 * 1024 ** 2 }])
  expect(b).toEqual([{ name: 'b-1', cpu: 0, memory: 8 * 1024 ** 2 }])
  expect(asked).toEqual(['/apis/metrics.k8s.io/v1beta1/namespaces/slipway-ana/pods'])
  clock.now += 5000
  await measure('a')
  expect(asked).toHaveLength(2)
})

test.each([
  ['is not there', undefined, { code: 'unavailable', hint: /metrics-server/ }],
  [
    'is announced and does not answer',
    toApiError(503, 'no endpoints'),
    { code: 'unavailable', hint: /metrics-server/ },
  ],
  ['may not be asked', toApiError(403, 'no'), { code: 'cluster_denied', hint: /slipway cluster rbac prod/ }],
])('a metrics API that %s is said, with what to do', async (_, answer, { code, hint }) => {
  const { measure } = ask(answer)
  await expect(measure('a')).rejects.toMatchObject({ failure: { code, hint: expect.stringMatching(hint) } })
})
