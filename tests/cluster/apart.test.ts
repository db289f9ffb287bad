import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { createApi } from '../../electron/clusters/kubernetes/api.ts'
import { openContext } from '../../electron/clusters/kubernetes/kubeconfig.ts'
import { isAllowed } from '../../electron/clusters/kubernetes/preflight/api-questions.ts'
import { type RightQuestion, rights } from '../../electron/clusters/kubernetes/preflight/rights.ts'
import { applyYaml, clusterTest, contextName, kubectl } from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { pushApp } from '../support/images.ts'
import { newMember } from '../support/members.ts'

interface Member {
  readonly kubeconfig: string
  readonly namespaces: { readonly tenant: string; readonly build: string }
  readonly driver: TestDriver
  /** Of the app that they run. */
  readonly pod: string
}

/** A person with the rights that Slipway prints for a member, who runs an app with a secret. */
async function becomeMember(name: string): Promise<Member> {
  const ownerId = newId()
  const { kubeconfig, namespaces, yaml } = await newMember(`${name}-${ownerId.slice(-8)}`, ownerId)
  await applyYaml(yaml)
  const driver = await openClusterDriver({ ownerId, settings: { kubeconfig } })
  const deploymentId = newId()
  driver.describe(deploymentId, { name })
  const order = toReleaseOrder({
    deploymentId,
    artifact: await pushApp('honours-port'),
    variables: { TOKEN: `of ${name}` },
    secrets: ['TOKEN'],
  })
  await driver.driver.applyRelease(order)
  const [instance] = await driver.until(deploymentId, isReadyRun(order))
  return { kubeconfig, namespaces, driver, pod: instance?.name ?? '' }
}

const asMember = async (member: Member, ...args: readonly string[]): Promise<string> => {
  const all = ['--kubeconfig', member.kubeconfig, ...args]
  return (await promisify(execFile)('kubectl', all, { timeout: 30_000 })).stdout.trim()
}

let ana: Member
let ben: Member

beforeAll(async () => {
  ;[ana, ben] = await Promise.all([becomeMember('ana'), becomeMember('ben')])
})

afterAll(async () => {
  for (const member of [ana, ben]) {
    if (member === undefined) continue
    await member.driver.dispose()
    const { tenant, build } = member.namespaces
    await kubectl('delete', 'namespace', tenant, build, '--wait=false')
    await kubectl('delete', 'clusterrolebinding', `slipway-member-${tenant}`)
  }
})

describe('a member', () => {
  clusterTest('may do in the namespaces of another not one thing of all that Slipway does', async () => {
    const api = createApi(openContext({ context: contextName, kubeconfig: ana.kubeconfig }))
    const questions = (namespace: string): RightQuestion[] =>
      rights
        .filter(({ where }) => where !== 'cluster')
        .flatMap(right => right.verbs.map(verb => ({ right, verb, namespace })))
    try {
      const allowedIn = async (namespace: string): Promise<string[]> => {
        const allowed: string[] = []
        for (const question of questions(namespace))
          if (await isAllowed(question, { api })) allowed.push(`${question.verb} ${question.right.resource}`)
        return allowed
      }
      expect(await allowedIn(ana.namespaces.tenant)).toContain('get secrets')
      for (const namespace of Object.values(ben.namespaces)) expect(await allowedIn(namespace)).toEqual([])
    } finally {
      await api.dispose()
    }
  })

  clusterTest('is refused the secrets, logs, pods and shell of another, and has their own', async () => {
    const wishes = (of: Member): (readonly string[])[] => [
      ['-n', of.namespaces.tenant, 'get', 'secrets'],
      ['-n', of.namespaces.build, 'get', 'secrets'],
      ['-n', of.namespaces.tenant, 'get', 'pods'],
      ['-n', of.namespaces.build, 'get', 'pods'],
      ['-n', of.namespaces.tenant, 'get', 'deployments,services,ingresses,events'],
      ['-n', of.namespaces.tenant, 'logs', of.pod],
      ['-n', of.namespaces.tenant, 'exec', of.pod, '--', 'true'],
    ]
    for (const wish of wishes(ana)) await asMember(ana, ...wish)
    for (const wish of [
      ...wishes(ben),
      ['-n', ben.namespaces.tenant, 'port-forward', ben.pod, ':8080'],
      ['-n', ben.namespaces.tenant, 'delete', 'pod', ben.pod],
      ['get', 'secrets', '--all-namespaces'],
      ['get', 'pods', '--all-namespaces'],
      ['get', 'namespaces'],
    ])
      await expect(asMember(ana, ...wish), wish.join(' ')).rejects.toThrow(/Forbidden/)
  })
})
