import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { createApi } from '../../electron/clusters/kubernetes/api.ts'
import { openContext } from '../../electron/clusters/kubernetes/kubeconfig.ts'
import { watchObjects } from '../../electron/clusters/kubernetes/watch-objects.ts'
import { apply, clusterTest, contextName, kubeconfig, kubectl } from '../support/cluster.ts'
import { newId } from '../support/cluster-driver.ts'
import { startTcpRelay } from '../support/tcp-relay.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

clusterTest('what comes after a connection died unseen is told within a minute', async () => {
  const text = readFileSync(kubeconfig, 'utf8')
  const address = /127\.0\.0\.1:(\d+)/
  const relay = await startTcpRelay(Number(address.exec(text)?.[1]))
  const file = join(folder, 'kubeconfig')
  writeFileSync(file, text.replace(address, `127.0.0.1:${relay.port}`))
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
    await relay.close()
    await kubectl('-n', 'default', 'delete', 'configmap', '-l', `${label}=${name}`)
  }
})
