import { afterAll, expect, vi } from 'vitest'
import { decodeBatch } from '../../shared/domain/log-record.ts'
import { tryAddresses } from '../support/addresses.ts'
import {
  applyYaml,
  baseDomain,
  clusterSettings,
  clusterTest,
  contextName,
  expose,
  kubectl,
  personKubeconfig,
} from '../support/cluster.ts'
import {
  isReadyRun,
  newId,
  openClusterDriver,
  type TestDriver,
  toReleaseOrder,
} from '../support/cluster-driver.ts'
import { createCommandLine } from '../support/command-line.ts'
import { startGitServer } from '../support/git-server.ts'
import { pushApp, pushImage } from '../support/images.ts'
import { getThroughIngress } from '../support/ingress.ts'
import { newMember } from '../support/members.ts'
import { createDataFolder } from '../support/platform.ts'
import { removeTenants } from '../support/tenants.ts'

/** Its image needs nothing from package registries. */
const greeter = (greeting: string) => ({
  Dockerfile: `FROM busybox
RUN mkdir /www && echo ${greeting} >/www/index.html
CMD ["/bin/sh", "-c", "echo ${greeting} begins; exec httpd -f -p $PORT -h /www"]
`,
})

let test: TestDriver | undefined
let other: TestDriver | undefined
let member: Awaited<ReturnType<typeof newMember>> | undefined

afterAll(async () => {
  await member?.clean()
  await other?.clean()
  await other?.dispose()
  await test?.dispose()
})

clusterTest(
  'a member deploys, reads logs, rolls back and removes in the namespace that an owner prepared',
  async () => {
    const ownerId = newId()
    member = await newMember(`mia-${ownerId.slice(-8)}`, ownerId)
    await applyYaml(member.yaml)
    test = await openClusterDriver({
      ownerId,
      settings: { kubeconfig: member.kubeconfig, issuer: 'test-ca' },
    })
    const deploymentId = newId()
    const name = `mine-${deploymentId.slice(-6)}`
    test.describe(deploymentId, { name })
    const first = toReleaseOrder({ deploymentId, artifact: await pushApp('honours-port') })
    const second = toReleaseOrder({ deploymentId, artifact: await pushApp('prints-counter') })

    await test.driver.applyRelease(first)
    await test.until(deploymentId, isReadyRun(first))
    expect((await getThroughIngress(name)).body).toBe('honours PORT\n')
    expect(await test.driver.observeDomains(deploymentId)).toMatchObject([{ host: `${name}.apps.test` }])

    await test.driver.applyRelease(second)
    await test.until(deploymentId, isReadyRun(second))
    const end = AbortSignal.timeout(30_000)
    const texts: string[] = []
    for await (const batch of test.logs.follow({ kind: 'runtime', id: deploymentId }, 0, end)) {
      texts.push(...decodeBatch(batch).map(line => line.text))
      if (texts.includes('count 3')) break
    }
    expect(texts[0]).toBe('listening on 8080')

    const back = { ...first, releaseId: newId() }
    await test.driver.applyRelease(back)
    await test.until(deploymentId, isReadyRun(back))
    // The pod before answers until the ingress controller has heard of the new one.
    await vi.waitFor(async () => expect((await getThroughIngress(name)).body).toBe('honours PORT\n'), {
      timeout: 15_000,
    })

    await test.driver.remove(deploymentId, null)
    expect(await kubectl('-n', test.namespace, 'get', 'all,ingress,secret', '-o', 'name')).toBe('')
  },
)

clusterTest('a member goes all the way at the command line, with a build of their own', async () => {
  const person = `mia-${newId().slice(-8)}`
  const name = `journey-${person}`
  const data = createDataFolder()
  const line = createCommandLine(data.path, { KUBECONFIG: await personKubeconfig(person) })
  const git = await startGitServer()
  const done = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await line.call(...args)
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
    return stdout
  }
  try {
    const address = await expose(Number(new URL(git.address).port))
    const source = `${address}/${name}.git`
    const repository = await git.createRepository(name, greeter('first'))
    const { mirrors = {}, registry } = await clusterSettings()
    // Who has no rights yet may not read which one the cluster announces.
    await line.call(
      ...['cluster', 'add', contextName, '--base-domain', baseDomain],
      ...['--registry', registry?.address ?? '', '--registry-host', registry?.hostAddress ?? ''],
      '--registry-http',
      ...Object.entries(mirrors).flatMap(([from, to]) => ['--mirror', `${from}=${to}`]),
    )
    const deploy = ['deploy', source, '--context', contextName, '--name', name]
    const rights = ['cluster', 'rbac', contextName, 'member']
    expect(await line.call(...deploy)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(rights.join(' ')),
    })
    await applyYaml(await done(...rights))

    // The policy that was printed knows no git server of a private network before something is deployed from there: this one
    // succeeds only where it is quicker than the policy.
    await line.call(...deploy)
    await applyYaml(await done(...rights))
    await done(...deploy)
    expect((await getThroughIngress(name)).body).toBe('first\n')
    await repository.commit(greeter('second'), 'Says it again')
    await done(...deploy)
    await vi.waitFor(async () => expect((await getThroughIngress(name)).body).toBe('second\n'), 10_000)
    expect(await done('logs', name)).toContain('second begins')
    expect(await done('logs', name, '--build')).toContain('Says it again')

    await done('rollback', name)
    await vi.waitFor(async () => expect((await getThroughIngress(name)).body).toBe('first\n'), 10_000)
    expect(await done('remove', name, '--yes')).toContain('0 processes')
    expect(await kubectl('get', 'all,ingress,secret', '-A', '-o=name')).not.toContain(name)
  } finally {
    await line.endAll()
    await git.close()
    await removeTenants(data.path)
    data.remove()
  }
})

clusterTest('apps of a member reach no other user, node, API server or metadata', async () => {
  const mine = test
  if (mine === undefined) throw new Error('the member was not made')
  other = await openClusterDriver()
  const run = async (on: TestDriver, name: string, artifact: string) => {
    const deploymentId = newId()
    on.describe(deploymentId, { name: `${name}-${deploymentId.slice(-6)}` })
    const order = toReleaseOrder({ deploymentId, artifact })
    await on.driver.applyRelease(order)
    await on.until(deploymentId, isReadyRun(order))
    const selector = `slipway.dev/deployment=${deploymentId}`
    const addressOf = (kind: string, path: string) =>
      kubectl('-n', on.namespace, 'get', kind, '-l', selector, '-o', `jsonpath={.items[0].${path}}`)
    return {
      deploymentId,
      pod: `${await addressOf('pod', 'status.podIP')}:8080`,
      service: `${await addressOf('service', 'metadata.name')}.${on.namespace}:80`,
    }
  }
  const artifact = await pushApp('honours-port')
  const [neighbour, stranger] = await Promise.all([
    run(mine, 'neighbour', artifact),
    run(other, 'stranger', artifact),
  ])
  const node = await kubectl('get', 'node', '-o', 'jsonpath={.items[0].status.addresses[0].address}')
  const open = [neighbour.pod, neighbour.service]
  const closed = [
    stranger.pod,
    stranger.service,
    'kubernetes.default:443',
    ...[6443, 10250, 5000].map(port => `${node}:${port}`),
    '169.254.169.254:80',
  ]
  const image = await pushImage({ command: ['node', '-e', tryAddresses([...open, ...closed])] })
  const prober = await run(mine, 'prober', image)

  const expected = [...open.map(one => `${one} open`), ...closed.map(one => `${one} closed`)].sort()
  const end = AbortSignal.timeout(60_000)
  const said: string[] = []
  for await (const batch of mine.logs.follow({ kind: 'runtime', id: prober.deploymentId }, 0, end)) {
    said.push(...decodeBatch(batch).map(line => line.text))
    if (said.length >= expected.length) break
  }
  expect(said.sort()).toEqual(expected)
})
