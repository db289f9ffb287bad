import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Check, ClusterChanges } from '../../shared/domain/cluster.ts'
import { clusterSettings, clusterTest, contextName, expose, kubectl } from '../support/cluster.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { startPasswordRegistry } from '../support/password-registry.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  isLive,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'

type PasswordRegistry = Awaited<ReturnType<typeof startPasswordRegistry>>

const data = createDataFolder()
let git: GitServer
let address: string
let platform: Platform
let usual: ClusterChanges

beforeAll(async () => {
  git = await startGitServer()
  address = await expose(Number(new URL(git.address).port))
  platform = await startPlatform(data.path)
  const { registry: _, ...rest } = await clusterSettings()
  // The mirror speaks plain http, whatever the registry speaks.
  const mirrors = Object.fromEntries(
    Object.entries(rest.mirrors ?? {}).map(([from, to]) => [from, `http://${to}`]),
  )
  usual = { ...rest, mirrors }
})
afterAll(async () => {
  for (const one of platform?.deployments() ?? []) platform.intents.remove(one.id, one.name, asker(platform))
  await platform?.idle()
  await kubectl('delete', 'namespace', tenantNamespace(platform.users.current().id), '--ignore-not-found')
  await platform?.dispose({ stopApps: true })
  await git?.close()
  data.remove()
})

const app = {
  'package.json': JSON.stringify({ name: 'till', private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    require('node:http').createServer((_, response) => response.end('paid')).listen(process.env.PORT)
  `,
}

async function checksOf(
  id: string,
  proves: boolean,
): Promise<Record<string, Pick<Check, 'result' | 'detail'>>> {
  const found: Record<string, Pick<Check, 'result' | 'detail'>> = {}
  const order = { userId: platform.users.current().id, proves, signal: undefined }
  for await (const { check } of platform.clusters.preflight(id, order))
    if (check !== null) found[check.name] = { result: check.result, detail: check.detail }
  return found
}

/** Everything that the cluster tells about what was made, but Secrets, which are where the password belongs. */
const everything = () =>
  kubectl(
    'get',
    'pods,deployments,replicasets,jobs,configmaps,events,namespaces,ingresses',
    '-A',
    '-o',
    'json',
  )

async function setRegistry(
  registry: PasswordRegistry,
  ca: 'registryCa' | 'buildCa' = 'registryCa',
): Promise<string> {
  const { id } = await platform.clusters.add({
    context: contextName,
    changes: {
      ...usual,
      registry: registry.registry,
      registryCa: null,
      buildCa: null,
      [ca]: registry.ca,
      registryUser: registry.user,
      registryPassword: registry.password,
    },
  })
  return id
}

async function deployApp(clusterId: string, name: string): Promise<{ id: string; buildId: string }> {
  await git.createRepository(name, app)
  const source = { kind: 'git', address: `${address}/${name}.git` } as const
  return platform.intents.create(
    { source, branch: 'main', name, port: null, planEdits: {}, clusterId },
    asker(platform),
  )
}

describe.each([
  ['over plain http', { hasTls: false }, 'registryCa'],
  ['with TLS by a CA of its own', { hasTls: true }, 'registryCa'],
  ['with TLS by the CA that builds trust', { hasTls: true }, 'buildCa'],
] as const)('a registry that asks for a password, %s', (_, options, ca) => {
  clusterTest('takes what is built and gives it to nodes, and nobody sees the password', async () => {
    const registry = await startPasswordRegistry(options)
    try {
      const clusterId = await setRegistry(registry, ca)
      const checks = await checksOf(clusterId, true)
      expect(checks).toMatchObject({
        registry: {
          result: 'ok',
          detail: expect.stringMatching(/ answers, and lets ci in\. All users share this login: /),
        },
        push: { result: 'ok' },
        pull: { result: 'ok' },
      })

      const name = `till-${options.hasTls ? 'tls' : 'http'}-${ca.toLowerCase()}-${Date.now().toString(36)}`
      const { id } = await deployApp(clusterId, name)
      const live = await waitForDeployment(platform, id, one => isLive(one) || one.failure !== null, 200_000)
      expect(live.failure).toBeNull()
      expect(await getThroughGateway(platform, name)).toMatchObject({ status: 200, body: 'paid' })
      const artifact = platform.reader.artifactsOf(id)[0] ?? ''
      expect(artifact.startsWith(`${registry.registry.address}/slipway/`)).toBe(true)

      const log = await platform.logs.read(
        { kind: 'build', id: platform.reader.buildsOf(id, 1)[0]?.id ?? '' },
        { limit: 1000 },
      )
      const auth = Buffer.from(`${registry.user}:${registry.password}`).toString('base64')
      for (const secret of [registry.password, auth]) {
        expect(JSON.stringify(log)).not.toContain(secret)
        expect(await everything()).not.toContain(secret)
        for (const file of ['slipway.db', 'slipway.db-wal'])
          expect(readFileSync(join(data.path, file)).includes(secret)).toBe(false)
      }
      expect(platform.reader.clusterSettings(clusterId)).not.toHaveProperty('registryPassword')

      platform.intents.remove(id, name, asker(platform))
      await platform.idle()
    } finally {
      await registry.dispose()
    }
  })
})

clusterTest(
  'a wrong password stops a deploy before it begins, in plain words; the right one mends it',
  async () => {
    const registry = await startPasswordRegistry({ hasTls: false })
    try {
      const clusterId = await setRegistry({ ...registry, password: 'wrong' })
      const { userId } = asker(platform)
      await expect(
        platform.clusters.requireFit(clusterId, { userId }, { isImage: false }),
      ).rejects.toMatchObject({
        failure: {
          code: 'registry_denied',
          message: expect.stringContaining(`does not let ci in with the password that is set (401).`),
          hint: expect.stringContaining('Set the right password in the settings of the cluster'),
        },
      })
      // What a password that was changed meanwhile does.
      const name = `late-${Date.now().toString(36)}`
      const { id, buildId } = await deployApp(clusterId, name)
      const failed = await waitForDeployment(platform, id, one => one.failure !== null, 200_000)
      expect(failed.failure).toMatchObject({
        code: 'registry_denied',
        message: `The registry ${registry.registry.address} does not let ci push with the password that is set.`,
      })
      expect(platform.reader.buildRecord(buildId)?.status).toBe('failed')

      await platform.clusters.update(clusterId, { registryPassword: registry.password })
      await platform.clusters.requireFit(clusterId, { userId }, { isImage: false })
      await platform.intents.deploy(id, asker(platform))
      await waitForDeployment(platform, id, isLive, 200_000)

      // A new password reaches what runs already.
      await platform.clusters.update(clusterId, { registryPassword: 'changed' })
      const pullSecret = () =>
        kubectl(
          'get',
          'secret',
          'registry',
          '-n',
          tenantNamespace(userId),
          '-o',
          'jsonpath={.data.\\.dockerconfigjson}',
        )
      await expect
        .poll(async () => Buffer.from(await pullSecret(), 'base64').toString(), { timeout: 30_000 })
        .toContain(Buffer.from('ci:changed').toString('base64'))
    } finally {
      await registry.dispose()
    }
  },
)
