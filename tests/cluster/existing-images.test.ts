import { dumpYaml, type KubernetesObject } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import {
  applyYaml,
  clusterSettings,
  clusterTest,
  contextName,
  kubeconfig,
  kubectl,
} from '../support/cluster.ts'
import { newId } from '../support/cluster-driver.ts'
import { pushImage } from '../support/images.ts'
import { newMember } from '../support/members.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

const data = createDataFolder()
const mark = newId().slice(-8)
let platform: Platform
let clusterId: string

beforeAll(async () => {
  platform = await startPlatform(data.path)
  const changes = { kubeconfig, ...(await clusterSettings()) }
  clusterId = (await platform.clusters.add({ context: contextName, changes })).id
})

afterAll(async () => {
  for (const one of platform?.deployments() ?? []) platform.intents.remove(one.id, one.name, asker(platform))
  await platform?.idle()
  await kubectl('delete', 'namespace', tenantNamespace(platform.users.current().id), '--ignore-not-found')
  await platform?.dispose({ stopApps: true })
  data.remove()
})

const server = (text: string) => [
  'node',
  '-e',
  `require('http').createServer((_, r) => r.end('${text}')).listen(process.env.PORT)`,
]

const repository = 'tests/existing'

/** The image under the tag, in the cluster's registry. Its digest. */
async function push(tag: string, command: readonly string[]): Promise<string> {
  const image = await pushImage({ command, tag, repository })
  return image.slice(image.indexOf('@sha256:') + '@sha256:'.length)
}

async function deploy(
  image: { address: string; branch: string; port?: number; name?: string },
  place = clusterId,
) {
  const { address, branch, port = null, name = `image-${mark}` } = image
  const source = { kind: 'image', address } as const
  return platform.intents.create(
    { source, branch, name, port, planEdits: {}, clusterId: place },
    asker(platform),
  )
}

const settled = (id: string, isMet: (one: Deployment) => boolean) =>
  waitForDeployment(platform, id, one => one.failure !== null || isMet(one), 120_000)

describe('an image that is there already', () => {
  clusterTest('runs as it is at the port that it exposes, pinned to its digest', async () => {
    const { id, buildId } = await deploy({
      address: 'docker.io/nginxinc/nginx-unprivileged',
      branch: 'stable',
      name: `web-${mark}`,
    })
    const live = await settled(id, isLive)
    expect(live.failure).toBeNull()
    expect(live.serving?.commit).toMatchObject({
      sha: expect.stringMatching(/^[0-9a-f]{64}$/),
      subject: 'docker.io/nginxinc/nginx-unprivileged:stable',
    })
    expect((await getThroughGateway(platform, live.name)).status).toBe(200)
    const build = platform.reader.buildRecord(buildId)
    expect(build).toMatchObject({ plan: { kind: 'image', port: { value: 8080 } }, status: 'succeeded' })
    expect(build?.steps.map(step => [step.name, step.status])).toEqual([['fetch', 'succeeded']])
    const images = await kubectl(
      'get',
      'pods',
      `--namespace=${tenantNamespace(live.owner.id)}`,
      `--selector=slipway.dev/deployment=${id}`,
      '-o=jsonpath={.items[*].spec.containers[*].image}',
    )
    expect(images).toBe(`docker.io/nginxinc/nginx-unprivileged@sha256:${live.serving?.commit.sha}`)
  })

  clusterTest('is looked up anew by each deploy, rolls back at once, and is never deleted', async () => {
    const { registry } = await clusterSettings()
    const address = `${registry?.address}/${repository}`
    const first = await push(mark, server('one'))
    const { id } = await deploy({ address, branch: mark, port: 4000 })
    expect((await settled(id, isLive)).serving?.commit.sha).toBe(first)

    const second = await push(mark, server('two'))
    await platform.intents.deploy(id, asker(platform))
    const next = await settled(id, one => isLive(one) && one.serving?.commit.sha === second)
    expect(next.failure).toBeNull()
    expect((await getThroughGateway(platform, next.name)).body).toBe('two')

    const [release] = platform.reader.releasesOf(id).filter(one => one.commit.sha === first)
    const back = await platform.intents.rollback(id, release?.id ?? '', asker(platform))
    expect(back.buildId).toBeNull()
    await settled(id, one => isLive(one) && one.serving?.commit.sha === first)
    expect((await getThroughGateway(platform, next.name)).body).toBe('one')

    platform.intents.remove(id, next.name, asker(platform))
    await platform.idle()
    for (const digest of [first, second]) {
      const found = await fetch(
        `http://${registry?.hostAddress}/v2/${repository}/manifests/sha256:${digest}`,
        {
          headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
        },
      )
      expect(found.status).toBe(200)
    }
  })

  clusterTest('that needs root does not start, and it is said what to do', async () => {
    const command = ['sh', '-c', 'touch /root-only && sleep 600']
    const { registry } = await clusterSettings()
    const image = await pushImage({ command, user: 'root', tag: `root-${mark}` })
    const address = image.slice(0, image.indexOf('@'))
    const { id } = await deploy({ address, branch: `root-${mark}`, port: 4000, name: `root-${mark}` })
    const { failure } = await settled(id, () => false)
    expect(registry?.address).toBe(address.split('/')[0])
    expect(failure).toMatchObject({
      code: 'image_refused',
      message: expect.stringMatching(
        /^The image is made to run as root, and apps run here without its rights/,
      ),
      hint: expect.stringMatching(/^Take a variant of it that needs no root/),
    })
  })

  clusterTest.each([
    [
      'that does not say where it listens',
      { address: 'docker.io/library/node', branch: '24-slim' },
      /does not say on which port/,
    ],
    ['of no such tag', { address: 'docker.io/library/caddy', branch: 'no-such-tag' }, /no-such-tag/],
  ])('%s is refused before anything is made', async (_, image, message) => {
    await expect(deploy({ ...image, name: `no-${mark}` })).rejects.toThrow(message)
  })
})

clusterTest('a member who may build nowhere deploys images, and is told what to ask for', async () => {
  const ownerId = platform.users.current().id
  const { kubeconfig: own, namespaces, objects, clean } = await newMember(`mia-${mark}`, ownerId)
  const isOfBuilds = ({ metadata }: KubernetesObject) =>
    metadata?.namespace === namespaces.build || metadata?.name === namespaces.build
  await applyYaml(
    objects
      .filter(one => !isOfBuilds(one))
      .map(one => dumpYaml(one))
      .join('---\n'),
  )
  const changes = { ...(await clusterSettings()), kubeconfig: own }
  const member = await platform.clusters.add({ context: contextName, changes })
  try {
    const asks = asker(platform)
    await expect(platform.clusters.requireFit(member.id, asks, { isImage: false })).rejects.toMatchObject({
      failure: {
        code: 'cluster_unfit',
        message: expect.stringMatching(
          /You may deploy images that are there already, and build nothing\. You may not: /,
        ),
        hint: expect.stringMatching(/slipway cluster rbac .* member$/),
      },
    })
    await platform.clusters.requireFit(member.id, asks, { isImage: true })
    const { id } = await deploy(
      { address: 'docker.io/nginxinc/nginx-unprivileged', branch: 'stable', name: `mine-${mark}` },
      member.id,
    )
    const live = await settled(id, isLive)
    expect(live.failure).toBeNull()
    expect((await getThroughGateway(platform, live.name)).status).toBe(200)
    platform.intents.remove(id, live.name, asks)
    await platform.idle()
    expect(platform.deployment(id)).toBeUndefined()
  } finally {
    await clean()
  }
})
