import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { type Check, checkSchema, type PreflightEvent } from '../../shared/domain/cluster.ts'
import {
  clusterSettings,
  clusterTest,
  contextName,
  kubeconfig,
  kubectl,
  personKubeconfig,
} from '../support/cluster.ts'
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

async function preflight(
  id: string,
  proves = false,
): Promise<{ events: PreflightEvent[]; checks: Map<string, Check> }> {
  const events: PreflightEvent[] = []
  for await (const event of platform.clusters.preflight(id, {
    userId: platform.users.current().id,
    proves,
    signal: undefined,
  }))
    events.push(event)
  const checks = events.flatMap(({ check }) => (check === null ? [] : [checkSchema.parse(check)]))
  return { events, checks: new Map(checks.map(check => [check.name, check])) }
}

const forPerson = async (name: string): Promise<string> => {
  const { id } = await platform.clusters.add({
    context: contextName,
    changes: {
      kubeconfig: await personKubeconfig(name),
      registry: { address: '10.10.0.1:5000', hostAddress: '127.0.0.1:15000', isPlainHttp: true },
    },
  })
  return id
}

describe('the questions', () => {
  clusterTest('name every check at once, and each is answered; nothing is made in the cluster', async () => {
    const { id } = await platform.clusters.add({ context: contextName, changes: { kubeconfig: null } })
    const before = await kubectl('get', 'namespaces', '-o', 'name', '-l', 'app.kubernetes.io/name=preflight')
    const { events, checks } = await preflight(id)
    const named = events.filter(event => event.check === null).map(event => event.name)
    expect(named).toEqual([
      'api',
      'clock',
      'rights',
      'registry',
      'pod-security',
      'ingress-class',
      'entry',
      'issuer',
      'gateway-api',
      'storage',
      'build-state',
      'metrics',
      'room',
      'quota',
      'architectures',
      'pid-limit',
    ])
    expect([...checks.keys()].sort()).toEqual([...named].sort())
    expect(Object.fromEntries([...checks].map(([name, { result }]) => [name, result]))).toMatchObject({
      api: 'ok',
      clock: 'ok',
      rights: 'ok',
      registry: 'warning',
      'pod-security': 'ok',
      'ingress-class': 'ok',
      entry: 'warning',
      issuer: 'warning',
      'gateway-api': 'ok',
      storage: 'ok',
      architectures: 'ok',
    })
    expect(checks.get('registry')).toMatchObject({
      detail: expect.stringMatching(
        /asks for no password: whoever reaches it can read and replace the images/,
      ),
      command: `slipway cluster add ${contextName} --registry-user USER`,
    })
    expect(checks.get('issuer')).toMatchObject({
      detail: expect.stringContaining('test-ca'),
      command: expect.stringContaining(`slipway cluster add ${contextName} --issuer `),
    })
    const after = await kubectl('get', 'namespaces', '-o', 'name', '-l', 'app.kubernetes.io/name=preflight')
    expect(after).toBe(before)
  })

  clusterTest('hold what is set against what is there', async () => {
    const { id } = await platform.clusters.add({
      context: contextName,
      changes: { kubeconfig: null, issuer: 'test-ca', ingressClass: 'no-such', baseDomain: 'localhost' },
    })
    const { checks } = await preflight(id)
    expect(checks.get('issuer')).toMatchObject({
      result: 'ok',
      detail: expect.stringMatching(/^Certificates come from test-ca\. http is answered, too/),
    })
    expect(checks.get('ingress-class')).toMatchObject({
      result: 'lack',
      detail: 'There is no ingress class no-such. There is: traefik.',
      command: `slipway cluster add ${contextName} --ingress-class "traefik"`,
    })
    await platform.clusters.update(id, { issuer: 'gone', ingressClass: 'traefik', registry: null })
    const again = (await preflight(id)).checks
    expect(again.get('issuer')).toMatchObject({ result: 'lack' })
    expect(again.get('ingress-class')).toMatchObject({ result: 'ok' })
    expect(again.get('registry')).toMatchObject({
      result: 'lack',
      command: `slipway cluster registry install ${contextName}`,
    })
    await platform.clusters.remove(id)
  })

  clusterTest(
    'of a person without rights say what is missing, and the RBAC that they print mends it',
    async () => {
      const name = `preflight-${Date.now().toString(36)}`
      const id = await forPerson(name)
      const before = (await preflight(id)).checks
      expect(before.get('rights')).toMatchObject({
        result: 'lack',
        detail: expect.stringContaining('secrets (needed to hand variables to apps and builds)'),
        command: expect.stringMatching(new RegExp(`^slipway cluster rbac ${contextName} (owner|member)$`)),
      })
      expect(before.get('room')).toMatchObject({ result: 'warning', detail: 'You may not look.' })

      for (const [role, said] of [
        ['member', /as a member\.$/],
        ['owner', /as an owner\.$/],
      ] as const) {
        const { yaml } = await platform.clusters.rbac(id, { userId: platform.users.current().id, role })
        expect(yaml).toContain(`name: ${name}`)
        const file = join(data.path, `${role}.yaml`)
        writeFileSync(file, yaml)
        await kubectl('apply', '-f', file)
        try {
          const { checks } = await preflight(id)
          expect(checks.get('rights')).toMatchObject({ result: 'ok', detail: expect.stringMatching(said) })
          // A member is told that what is set for users is for somebody else to apply.
          expect(await platform.clusters.whyNotBound(id, { quotaPods: 5 })).toEqual(
            role === 'owner' ? null : expect.stringMatching(/^You may not set quotas in /),
          )
        } finally {
          await kubectl('delete', '-f', file, '--wait=false')
        }
      }
      await platform.clusters.remove(id)
    },
  )

  clusterTest('of a cluster that does not answer are one lack', async () => {
    const { id } = await platform.clusters.add({ context: contextName, changes: { kubeconfig } })
    const file = join(data.path, 'gone.kubeconfig')
    writeFileSync(file, 'contexts: []')
    platform.writer.changeCluster(id, { ...platformSettings(id), kubeconfig: file })
    const { checks } = await preflight(id)
    expect([...checks.values()]).toEqual([
      expect.objectContaining({
        name: 'api',
        result: 'lack',
        detail: `There is no context ${contextName} in ${file}.`,
      }),
    ])
    expect(platform.connection({ id, kind: 'kubernetes' }).state).toBe('unreachable')
  })
})

describe('the proofs', () => {
  const leftNamespaces = () =>
    kubectl('get', 'namespaces', '-o', 'name', '-l', 'app.kubernetes.io/name=preflight')

  clusterTest('try policies, a build and the registry, and leave nothing', async () => {
    const { id } = await platform.clusters.add({
      context: contextName,
      changes: { kubeconfig: null, ...(await clusterSettings()) },
    })
    const { events, checks } = await preflight(id, true)
    const names = ['network-policy', 'builder', 'push', 'pull']
    expect(events.filter(one => one.check === null).map(one => one.name)).toEqual(
      expect.arrayContaining(names),
    )
    expect(names.map(name => checks.get(name))).toEqual([
      {
        name: 'network-policy',
        title: 'Network policies',
        ...fine('They are enforced: apps of one user do not reach those of another.'),
      },
      { name: 'builder', title: 'Builds', ...fine('They work without privileges.') },
      { name: 'push', title: 'Push of images', ...fine('A build pushed to 10.10.0.1:5000.') },
      { name: 'pull', title: 'Pull of images', ...fine('The one node pulled what was pushed.') },
    ])
    expect(await leftNamespaces()).toBe('')
    await platform.clusters.remove(id)
  })

  clusterTest('run with the rights of an owner, who may look at all but the limit of processes', async () => {
    const person = `prover-${Date.now().toString(36)}`
    const { id } = await platform.clusters.add({
      context: contextName,
      changes: { ...(await clusterSettings()), kubeconfig: await personKubeconfig(person) },
    })
    const { yaml } = await platform.clusters.rbac(id, {
      userId: platform.users.current().id,
      role: 'owner',
    })
    // Apart from what other tests apply and delete.
    const own = yaml.replaceAll('slipway-owner', person)
    const file = join(data.path, `${person}.yaml`)
    writeFileSync(file, own)
    try {
      const without = (await preflight(id, true)).checks
      expect(without.get('builder')).toMatchObject({ result: 'warning', detail: 'You may not try it here.' })
      await kubectl('apply', '-f', file)
      const { checks } = await preflight(id, true)
      const results = Object.fromEntries([...checks].map(([name, { result }]) => [name, result]))
      expect(results).toMatchObject({
        rights: 'ok',
        'network-policy': 'ok',
        builder: 'ok',
        push: 'ok',
        pull: 'ok',
      })
      expect([...checks.values()].filter(one => one.detail.startsWith('You may not'))).toEqual([
        expect.objectContaining({ name: 'pid-limit', result: 'warning' }),
      ])
      expect(await leftNamespaces()).toBe('')
    } finally {
      await kubectl('delete', '-f', file, '--ignore-not-found', '--wait=false')
      await platform.clusters.remove(id)
    }
  })

  clusterTest('say which registry nobody can push to, and what follows', async () => {
    const { id } = await platform.clusters.add({
      context: contextName,
      changes: {
        kubeconfig: null,
        ...(await clusterSettings()),
        registry: { address: '10.10.0.1:5999', hostAddress: null, isPlainHttp: true },
      },
    })
    const { checks } = await preflight(id, true)
    expect(checks.get('builder')).toMatchObject({ result: 'ok' })
    expect(checks.get('push')).toMatchObject({
      result: 'lack',
      detail: expect.stringContaining('A build cannot push to 10.10.0.1:5999'),
    })
    expect(checks.get('pull')).toMatchObject({ result: 'warning' })
    await platform.clusters.remove(id)
  })

  clusterTest('that are broken off leave nothing', async () => {
    const { id } = await platform.clusters.add({
      context: contextName,
      changes: { kubeconfig: null, ...(await clusterSettings()) },
    })
    const end = new AbortController()
    const begun = vi.waitFor(async () => expect(await leftNamespaces()).not.toBe(''), { timeout: 60_000 })
    void begun.finally(() => end.abort())
    const seen: string[] = []
    for await (const { check } of platform.clusters.preflight(id, {
      userId: platform.users.current().id,
      proves: true,
      signal: end.signal,
    })) {
      if (check !== null) seen.push(check.detail)
    }
    await begun
    expect(seen).toContain('It was not finished: it took too long, or was broken off.')
    expect(await leftNamespaces()).toBe('')
    await platform.clusters.remove(id)
  })
})

const fine = (detail: string) => ({ result: 'ok', detail, action: null, command: null })

const platformSettings = (id: string) => {
  const settings = platform.reader.clusterSettings(id)
  if (settings === undefined) throw new Error('there is no such cluster')
  return settings
}
