import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { createApi } from '../../electron/clusters/kubernetes/api.ts'
import { openContext } from '../../electron/clusters/kubernetes/kubeconfig.ts'
import { watchObjects } from '../../electron/clusters/kubernetes/watch-objects.ts'
import {
  apply,
  baseDomain,
  clusterSettings,
  clusterTest,
  contextName,
  kubeconfig,
  kubectl,
} from '../support/cluster.ts'
import { newId } from '../support/cluster-driver.ts'
import { createCommandLine } from '../support/command-line.ts'
import { writeFiles } from '../support/git-server.ts'
import { getThroughIngress } from '../support/ingress.ts'
import { createDataFolder } from '../support/platform.ts'
import { startTcpRelay, type TcpRelay } from '../support/tcp-relay.ts'
import { removeTenants } from '../support/tenants.ts'

const data = createDataFolder()
const file = join(data.path, 'kubeconfig')
const line = createCommandLine(join(data.path, 'slipway'), { KUBECONFIG: file })
let relay: TcpRelay

beforeAll(async () => {
  const text = readFileSync(kubeconfig, 'utf8')
  const address = /127\.0\.0\.1:(\d+)/
  relay = await startTcpRelay(Number(address.exec(text)?.[1]))
  writeFileSync(file, text.replace(address, `127.0.0.1:${relay.port}`))
})
afterAll(async () => {
  await line.endAll()
  await relay?.close()
  await removeTenants(join(data.path, 'slipway'))
  data.remove()
})

clusterTest('what comes after a connection died unseen is told within a minute', async () => {
  const api = createApi(openContext({ context: contextName, kubeconfig: file }))
  const name = `slipway-test-${newId()}`
  const label = 'slipway-test'
  const watch = watchObjects({
    ...{ api, kind: 'ConfigMap', namespace: 'default', labels: `${label}=${name}` },
    onChange: () => {},
    onError: () => {},
  })
  try {
    await watch.listed
    const metadata = { namespace: 'default', labels: { [label]: name } }
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, name } })
    expect(await watch.until(items => items.length === 1, 10_000)).toBe(true)

    relay.goSilent()
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, name: `${name}-2` } })
    expect(await watch.until(items => items.length === 2, 60_000)).toBe(true)
  } finally {
    await watch.dispose()
    await api.dispose()
    await kubectl('-n', 'default', 'delete', 'configmap', '-l', `${label}=${name}`)
  }
})

clusterTest(
  'the deploy of a folder ends, although every connection dies unseen while it builds',
  async () => {
    const folder = join(data.path, 'app')
    await writeFiles(folder, {
      'package.json': JSON.stringify({ private: true, scripts: { start: 'node server.js' } }),
      'server.js':
        "require('node:http').createServer((_, response) => response.end('hello')).listen(process.env.PORT)",
    })
    const { mirrors = {}, buildEnvironment = {} } = await clusterSettings()
    const pairs = (option: string, given: Readonly<Record<string, string>>) =>
      Object.entries(given).flatMap(([name, value]) => [option, `${name}=${value}`])
    const settings = [...pairs('--mirror', mirrors), ...pairs('--build-env', buildEnvironment)]
    const added = await line.call('cluster', 'add', contextName, '--base-domain', baseDomain, ...settings)
    expect(added).toMatchObject({ status: 0, stderr: '' })

    const name = `folder-${newId().slice(-6)}`
    const deploying = line.begin('deploy', folder, '--context', contextName, '--name', name)
    await deploying.says(/^The files are there$/m)
    relay.goSilent()
    expect(await deploying.ended).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`http://${name}.${baseDomain}/`),
      stderr: '',
    })
    expect((await getThroughIngress(name)).body).toBe('hello')
    expect((await line.call('remove', name, '--yes')).stdout).toContain('0 processes')
  },
)
