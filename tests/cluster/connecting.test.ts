import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadYaml } from '@kubernetes/client-node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import { baseDomain, clusterTest, contextName, kubeconfig, personKubeconfig } from '../support/cluster.ts'
import { createCommandLine } from '../support/command-line.ts'
import { asker, createDataFolder, startPlatform } from '../support/platform.ts'

const registry = {
  address: '10.10.0.1:5000',
  hostAddress: '127.0.0.1:15000',
  isPlainHttp: true,
  pullAddress: null,
  isInstalled: false,
}
const folder = mkdtempSync(join(tmpdir(), 'slipway-connecting-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('in the platform', () => {
  let platform: Platform
  let data: ReturnType<typeof createDataFolder>

  beforeEach(async () => {
    data = createDataFolder()
    platform = await startPlatform(data.path)
  })
  afterEach(async () => {
    await platform.dispose({ stopApps: true })
    data.remove()
  })

  clusterTest('a context becomes a cluster, with the registry that the cluster announces', async () => {
    const context = {
      name: contextName,
      kubeconfig,
      server: 'https://127.0.0.1:16443',
      startsProgram: null,
      isVerified: true,
    }
    expect(await platform.clusters.contexts(null)).toEqual({
      files: [kubeconfig],
      contexts: [{ ...context, clusterId: null }],
    })

    const { id } = await platform.clusters.add({ context: contextName, changes: {} })

    expect((await platform.clusters.contexts(null)).contexts).toEqual([{ ...context, clusterId: id }])
    expect(platform.connection({ id, kind: 'kubernetes' })).toMatchObject({ state: 'connected' })
    // All else is as nobody set it.
    expect(platform.reader.clusterSettings(id)).toEqual(
      clusterSettingsSchema.parse({ context: contextName, registry }),
    )
    expect(await platform.clusters.add({ context: contextName, changes: {} })).toEqual({ id })
  })

  clusterTest(
    'a kubeconfig that is pasted is kept as a file of its own, until its cluster goes',
    async () => {
      const { kubeconfig: file } = await platform.clusters.keepKubeconfig(readFileSync(kubeconfig, 'utf8'))
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect((await platform.clusters.contexts(file)).contexts.map(one => one.name)).toEqual([contextName])

      const first = await platform.clusters.add({ context: contextName, changes: {} })
      const second = await platform.clusters.add({ context: contextName, changes: { kubeconfig: file } })

      expect(platform.reader.clusters().map(one => one.name)).toEqual([
        'This computer',
        contextName,
        `${contextName} 2`,
      ])
      expect(second).not.toEqual(first)
      await platform.clusters.remove(second.id)
      expect(existsSync(file)).toBe(false)
      expect(await platform.clusters.connect(first.id)).toEqual({ version: expect.stringMatching(/^v1\./) })
    },
  )

  clusterTest(
    'a context that starts a program is entered with what it prints, once somebody agreed',
    async () => {
      const file = withProgram('signs-in')
      const changes = { kubeconfig: file }
      await expect(platform.clusters.add({ context: contextName, changes })).rejects.toMatchObject({
        failure: { code: 'consent_required' },
      })
      expect(platform.reader.clusters()).toHaveLength(1)

      const mayStart = (await platform.clusters.contexts(file)).contexts[0]?.startsProgram ?? null
      const { id } = await platform.clusters.add({ context: contextName, changes: { ...changes, mayStart } })
      expect(await platform.clusters.connect(id)).toEqual({ version: expect.stringMatching(/^v1\./) })

      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('signs-in', 'another'))
      await expect(platform.clusters.connect(id)).rejects.toMatchObject({
        failure: { code: 'consent_required' },
      })
      expect(platform.connection({ id, kind: 'kubernetes' }).state).toBe('unreachable')
    },
  )

  clusterTest('a command goes on where the kubeconfig of a deployment is not there any more', async () => {
    const file = await personKubeconfig('nobody-yet')
    const { id: clusterId } = await platform.clusters.add({
      context: contextName,
      changes: { kubeconfig: file, registry },
    })
    const source = { kind: 'folder', address: platform.sampleFolder } as const
    const wish = { source, branch: '', name: 'kept', port: null, planEdits: {}, clusterId }
    await platform.intents.create(wish, asker(platform))
    await platform.dispose({ stopApps: true })
    rmSync(file)
    platform = await startPlatform(data.path, { isQuiet: true })
    expect(platform.deployments()).toEqual([expect.objectContaining({ name: 'kept' })])
    expect(platform.connection({ id: clusterId, kind: 'kubernetes' })).toMatchObject({
      state: 'unreachable',
      failure: { message: expect.stringContaining('There is no context') },
    })
  })

  clusterTest('a person without rights adds it too: what it announces is not for them to see', async () => {
    const file = await personKubeconfig('nobody-yet')
    const { id } = await platform.clusters.add({ context: contextName, changes: { kubeconfig: file } })
    expect(platform.reader.clusterSettings(id)?.registry).toBeNull()
  })
})

describe('on the command line', () => {
  let data: ReturnType<typeof createDataFolder>
  let line: ReturnType<typeof createCommandLine>

  beforeAll(() => {
    data = createDataFolder()
    line = createCommandLine(data.path)
  })
  afterAll(async () => {
    await line.endAll()
    data.remove()
  })

  clusterTest('contexts are listed, one is added with settings, shown, and removed', async () => {
    expect((await line.call('cluster', 'contexts')).stdout).toBe(
      `CONTEXT       SERVER\n${contextName}  https://127.0.0.1:16443\n`,
    )
    const added = await line.call(
      ...['cluster', 'add', contextName, '--base-domain', baseDomain, '--mirror', 'docker.io=10.10.0.1:5000'],
      ...['--build-env', 'HTTP_PROXY=http://me:secret@proxy.test', '--issuer', 'test-ca', '--json'],
    )
    expect(added.status).toBe(0)
    expect(JSON.parse(added.stdout).settings).toMatchObject({
      registry,
      baseDomain,
      issuer: 'test-ca',
      mirrors: { 'docker.io': '10.10.0.1:5000' },
    })
    expect(JSON.parse(added.stdout).checks).toContainEqual(
      expect.objectContaining({
        name: 'issuer',
        result: 'ok',
        detail: expect.stringMatching(/^Certificates come from test-ca\. http is answered, too: Traefik /),
      }),
    )
    const shown = await line.call('cluster', 'show', contextName)
    expect(shown.stdout).toContain('registry       10.10.0.1:5000 (http)')
    expect(shown.stdout).not.toContain('secret')
    expect((await line.call('cluster')).stdout).toContain(contextName)

    // What is not said stays; an empty text takes away.
    const again = await line.call('cluster', 'add', contextName, '--issuer', '')
    expect(again).toMatchObject({ status: 0, stderr: '' })
    expect(again.stdout).toMatch(/^context +slipway-test\n.*\n\nok {7}API {18}.*\nwarning {2}Registry {13}/s)
    expect(again.stdout).toMatch(/\nReady to deploy to, with \d+ warnings\.\n$/)
    const changed = JSON.parse((await line.call('cluster', 'show', contextName, '--json')).stdout)
    expect(changed.settings).toMatchObject({ baseDomain, issuer: null })

    expect((await line.call('cluster', 'remove', contextName)).status).toBe(0)
    expect((await line.call('cluster', 'show', contextName)).stderr).toContain(
      `Add it: slipway cluster add ${contextName}`,
    )
  })

  clusterTest('what is off is said before the cluster is asked', async () => {
    const misused = await line.call('cluster', 'add', contextName, '--base-domain', 'not a domain')
    expect(misused).toMatchObject({ status: 2 })
    expect(misused.stderr).toContain('--base-domain is no domain.')
    expect(await line.call('cluster', 'add', contextName, '--registry-http')).toMatchObject({ status: 2 })
    const unknown = await line.call('deploy', '/nowhere', '--context', 'prod')
    expect(unknown.status).toBe(1)
    expect(unknown.stderr).toContain(`There is: ${contextName}.`)
  })

  clusterTest('deploy to a cluster without a registry ends with 2 and the command to run', async () => {
    const file = await personKubeconfig('nobody-yet')
    const added = await line.call('cluster', 'add', contextName, '--kubeconfig', file)
    expect(added).toMatchObject({ status: 0, stdout: expect.stringMatching(/\n\d lacking\.\n$/) })
    const ended = await line.call('deploy', folder, '--context', contextName)
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain(`slipway cluster add ${contextName} --registry HOST[/PATH]`)
  })

  clusterTest('check tells what is lacking, and rbac prints what mends it', async () => {
    const file = await personKubeconfig('nobody-yet')
    expect((await line.call('cluster', 'add', contextName, '--kubeconfig', file)).status).toBe(0)
    const checked = await line.call('cluster', 'check', contextName, '--quick')
    expect(checked.status).toBe(1)
    expect(checked.stdout).toMatch(
      /^lack {5}Registry .*\n +Install one .*\n +slipway cluster registry install /m,
    )
    expect(checked.stdout).toMatch(/\n2 lacking\.\n$/)
    const printed = await line.call('cluster', 'rbac', contextName, 'member')
    expect(printed.stdout).toMatch(
      /^# The addresses of nodes .*could not be read.*\napiVersion: v1\nkind: Namespace\n/,
    )
    expect(await line.call('cluster', 'rbac', contextName, 'king')).toMatchObject({ status: 2 })
  })

  clusterTest('a program that signs in needs --yes where nobody can be asked', async () => {
    const file = withProgram('asks-first')
    const refused = await line.call('cluster', 'add', contextName, '--kubeconfig', file)
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('starts `asks-first`')
    const agreed = await line.call('cluster', 'add', contextName, '--kubeconfig', file, '--yes')
    expect(agreed).toMatchObject({ status: 0, stderr: '' })
  })
})

/** The usual kubeconfig, with a program that prints the certificate instead of the certificate. */
function withProgram(name: string): string {
  const config = loadYaml<{
    users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }]
  }>(readFileSync(kubeconfig, 'utf8'))
  const pem = (data: string) => Buffer.from(data, 'base64').toString()
  const { user } = config.users[0]
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: {
      clientCertificateData: pem(user['client-certificate-data']),
      clientKeyData: pem(user['client-key-data']),
    },
  }
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(credential))
  const program = join(folder, name)
  writeFileSync(program, `#!/bin/sh\ncat ${program}.json\n`)
  chmodSync(program, 0o755)
  const file = join(folder, `${name}.kubeconfig`)
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: program }
  writeFileSync(file, JSON.stringify({ ...config, users: [{ ...config.users[0], user: { exec } }] }))
  return file
}
