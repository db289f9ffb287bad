import { afterAll, beforeAll, expect } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { clusterTest, contextName, kubeconfig } from '../support/cluster.ts'
import { createDataFolder, startPlatform } from '../support/platform.ts'

let platform: Platform
const data = createDataFolder()

beforeAll(async () => {
  platform = await startPlatform(data.path)
})

afterAll(async () => {
  await platform?.dispose({ stopApps: true })
  data.remove()
})

clusterTest(
  'a context of the kubeconfig becomes a cluster, with the registry that the cluster announces',
  async () => {
    const context = {
      name: contextName,
      kubeconfig,
      server: 'https://127.0.0.1:16443',
      startsProgram: null,
      isVerified: true,
    }
    expect(await platform.clusters.contexts()).toEqual([{ ...context, clusterId: null }])

    const { id } = await platform.clusters.add({ context: contextName, changes: {} })

    expect(await platform.clusters.contexts()).toEqual([{ ...context, clusterId: id }])
    expect(platform.reader.clusterSettings(id)).toEqual({
      context: contextName,
      kubeconfig: null,
      mayStart: null,
      registry: { address: '10.10.0.1:5000', hostAddress: '127.0.0.1:15000', isPlainHttp: true },
      mirrors: {},
      buildEnvironment: {},
      builderImage: 'docker.io/moby/buildkit:rootless',
      gitImage: 'docker.io/alpine/git:latest',
      baseDomain: null,
      ingressClass: null,
      issuer: null,
      builds: 2,
      allowsPrivilegedBuilds: false,
    })
  },
)
