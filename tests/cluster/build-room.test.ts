import { expect, vi } from 'vitest'
import { buildNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { apply, clusterTest, kubectl } from '../support/cluster.ts'
import { isThere, setUpBuilds } from '../support/cluster-builds.ts'
import { openClusterDriver } from '../support/cluster-driver.ts'

const { slipway, orderOf } = setUpBuilds()

const dockerfile = (run: string) => ({ Dockerfile: `FROM node:24-slim\nRUN ${run}` })

clusterTest('a build that takes more memory than it may is ended, and says so', async () => {
  const { driver, untilBuild, dispose } = await openClusterDriver({ settings: { buildMemory: 1 } })
  try {
    const { order } = await orderOf(
      dockerfile(`node -e "const all = []; for (;;) all.push(Buffer.alloc(50_000_000, 1))"`),
    )
    await driver.startBuild(order)
    expect(await untilBuild(order)).toMatchObject({
      state: 'failed',
      failure: {
        code: 'out_of_memory',
        message: 'The build needed more memory than the 1 GiB that it may have.',
        hint: expect.stringContaining('give builds more on the page of the cluster'),
      },
    })
    await driver.collect(order.deploymentId, [])
  } finally {
    await dispose()
  }
})

clusterTest.each<[string, object, RegExp]>([
  [
    'that no node has room for',
    { op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: '"2"' },
    /^No node has room for the build: 0\/1 nodes are available: 1 Insufficient cpu\./,
  ],
  [
    'that no node takes',
    { op: 'add', path: '/spec/nodeSelector', value: 'Object.spec.nodeSelector{disk: "none-such"}' },
    /^No node takes the build: 0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector\./,
  ],
])('a build %s says so while it waits, and leaves nothing when it is cancelled', async (_, patch, words) => {
  const { order } = await orderOf(dockerfile('true'))
  const policy = `slipway-test-${order.buildId}`
  await changePods(policy, buildNamespace(order.buildId), patch as Patch)
  try {
    await slipway().driver.startBuild(order)
    const said = await vi.waitFor(
      async () => {
        const log = await slipway().readBuildLog(order)
        return log.find(line => line.startsWith('No node ')) ?? expect.fail(log.join('\n'))
      },
      { timeout: 60_000, interval: 200 },
    )
    expect(said).toMatch(words)
    await slipway().driver.cancelBuild(order)
    expect(await isThere(order)).toBe(false)
  } finally {
    await kubectl('delete', 'mutatingadmissionpolicy,mutatingadmissionpolicybinding', policy)
  }
})

interface Patch {
  readonly op: string
  readonly path: string
  readonly value: string
}

/** As clusters do that have rules of their own about where pods go, but in one namespace alone. Waits until it holds. */
async function changePods(name: string, namespace: string, { op, path, value }: Patch): Promise<void> {
  const api = { apiVersion: 'admissionregistration.k8s.io/v1' }
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      ...api,
      kind: 'MutatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Ignore',
        reinvocationPolicy: 'Never',
        matchConstraints: {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
          ],
        },
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: { expression: `[JSONPatch{op: "${op}", path: "${path}", value: ${value}}]` },
          },
        ],
      },
    },
    { ...api, kind: 'MutatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name } },
  )
  const resources = { requests: { cpu: '1m' }, limits: { cpu: '2' } }
  const probe = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'probe', namespace },
    spec: { containers: [{ name: 'probe', image: 'probe', resources }] },
  }
  await vi.waitFor(
    async () => {
      const place = [`--namespace=${namespace}`, '--image=probe', `--overrides=${JSON.stringify(probe)}`]
      const made = await kubectl('run', 'probe', '--dry-run=server', '-o=json', ...place)
      const { spec } = JSON.parse(made)
      expect(spec.nodeSelector !== undefined || spec.containers[0].resources.requests.cpu === '2').toBe(true)
    },
    { timeout: 60_000, interval: 500 },
  )
}
