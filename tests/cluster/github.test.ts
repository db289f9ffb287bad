import { afterAll, beforeAll, expect } from 'vitest'
import { labels, tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { recordAnnotation } from '../../electron/clusters/kubernetes/release/record-annotation.ts'
import type { ReleaseRecord } from '../../electron/clusters/release-record.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'
import { clusterSettings, clusterTest, contextName, expose, kubeconfig, kubectl } from '../support/cluster.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/github.ts'
import { loadQuickGitHub } from '../support/github/parts.ts'
import {
  asker,
  createDataFolder,
  getThroughGateway,
  startPlatform,
  waitForDeployment,
} from '../support/platform.ts'
import { removeTenants } from '../support/tenants.ts'

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ name: 'blog', private: true, scripts: { start: 'node server.js' } }),
  'server.js': `
    const { PORT, API_TOKEN = 'no secret', TITLE = 'no title' } = process.env
    require('node:http').createServer((_, answer) => answer.end('${greeting} ' + TITLE + ' ' + API_TOKEN)).listen(PORT)
  `,
})

const name = `blog-${Date.now().toString(36)}`
const data = createDataFolder()
let platform: Platform
let github: GitHubStandIn
let address: string

beforeAll(async () => {
  github = await startGitHub()
  github.addUser('octo-ana')
  address = await expose(Number(new URL(github.address).port))
  platform = await startPlatform(data.path, {
    loadGitHub: loadQuickGitHub,
    gitHubClientId: undefined,
    // Looks only when the test does.
    pushPauses: { nearMs: 3_600_000, farMs: 3_600_000 },
  })
})
afterAll(async () => {
  for (const one of platform?.deployments() ?? []) platform.intents.remove(one.id, one.name, asker(platform))
  await platform?.idle()
  await platform?.dispose({ stopApps: true })
  await github?.close()
  await removeTenants(data.path)
  data.remove()
})

/** As a person does it, with a code. Returns the token that GitHub gave. */
async function signIn(): Promise<string> {
  const wish = { baseUrl: address, clientId: 'test-client' }
  let token = ''
  for await (const step of platform.accounts.signInByCode(
    wish,
    asker(platform),
    new AbortController().signal,
  ))
    if (step.state !== 'done') token = github.device.approve(step.code, 'octo-ana')
  return token
}

const named = (wanted: string) => platform.deployments().find(one => one.name === wanted)?.id ?? ''
const serves = (sha: string) => (one: Deployment) =>
  one.failure !== null || (one.status === 'live' && one.serving?.commit.sha === sha)
async function untilServes(wanted: string, sha: string): Promise<Deployment> {
  const found = await waitForDeployment(platform, named(wanted), serves(sha), 240_000)
  expect(found.failure).toBeNull()
  return found
}
const bodyOf = async (wanted: string) => (await getThroughGateway(platform, wanted)).body

clusterTest(
  'a private repository is deployed after a sign-in, follows pushes, has previews, forks without secrets, and has all that in its record',
  async () => {
    const listed = await github.addRepository('octo-ana/blog', { isPrivate: true, files: app('first') })
    const { git } = listed
    if (git === undefined) throw new Error('it has no git')
    const token = await signIn()
    const settings = await clusterSettings()
    const { id: clusterId } = await platform.clusters.add({
      context: contextName,
      changes: { kubeconfig, ...settings },
    })
    const { id } = await platform.intents.create(
      {
        source: { kind: 'git', address: `${address}/octo-ana/blog.git` },
        ...{ branch: '', name, clusterId, port: null, planEdits: {} },
        variables: [
          { name: 'TITLE', value: 'Moin', isSecret: false, scope: 'run' },
          { name: 'API_TOKEN', value: 'planted-s3cret', isSecret: true, scope: 'run' },
        ],
      },
      asker(platform),
    )
    await untilServes(name, await git.git('rev-parse', 'HEAD'))
    expect(await bodyOf(name)).toBe('first Moin planted-s3cret')

    await platform.pushes.set(id, { isOn: true, paths: ['server.js'] }, asker(platform))
    platform.reports.set(id, false, asker(platform))
    platform.previews.set(id, true, asker(platform))
    const pushed = await git.commit(app('second'), 'Say second')
    const updatedAt = new Date().toISOString()
    const open = async (number: number, greeting: string) => {
      await git.git('checkout', '-q', '-B', `pull-${number}`, 'main')
      const sha = await git.commit(app(greeting), `Say ${greeting}`)
      await git.git('push', '-q', 'origin', `HEAD:refs/pull/${number}/head`)
      return sha
    }
    const ours = await open(1, 'ours')
    listed.pulls.push({ number: 1, title: 'Say ours', head: 'pull-1', updatedAt })
    const theirs = await open(2, 'theirs')
    listed.pulls.push({
      ...{ number: 2, title: 'Say theirs', head: 'pull-2', updatedAt },
      fork: { login: 'mallory' },
    })
    await platform.pushes.lookAtAll()
    await untilServes(name, pushed)
    await untilServes(`${name}-pr-1`, ours)
    await untilServes(`${name}-pr-2`, theirs)
    expect(await bodyOf(name)).toBe('second Moin planted-s3cret')
    expect(await bodyOf(`${name}-pr-1`)).toBe('ours Moin planted-s3cret')
    expect(await bodyOf(`${name}-pr-2`)).toBe('theirs Moin no secret')

    const tenant = tenantNamespace(platform.users.current().id)
    const objects = await kubectl('get', 'all,secrets,configmaps', '-n', tenant, '-o', 'json')
    expect(objects).toContain(name)
    for (const form of [token, Buffer.from(token).toString('base64').replace(/=+$/, '')])
      expect(objects).not.toContain(form)

    // What it does by itself is written down beside it, for whoever reads the cluster back.
    const { previews } = platform.previews.get(id)
    const records = await Promise.all(
      [id, ...previews.map(({ deploymentId }) => deploymentId)].map(async one => {
        const key = recordAnnotation.replaceAll('.', '\\.')
        const path = `-o=jsonpath={.items[0].metadata.annotations.${key}}`
        const text = await kubectl(
          'get',
          'deployment',
          '-n',
          tenant,
          '-l',
          `${labels.deployment}=${one}`,
          path,
        )
        const { deployment } = (JSON.parse(text) as { release: ReleaseRecord }).release
        return { following: deployment.following, preview: deployment.preview?.number }
      }),
    )
    expect(records).toEqual([
      {
        following: { push: { paths: ['server.js'] }, isUntold: true, hasPreviews: true },
        preview: undefined,
      },
      { following: { isUntold: true }, preview: 1 },
      { following: { isUntold: true }, preview: 2 },
    ])

    for (const pull of listed.pulls) pull.state = 'closed'
    await platform.pushes.lookAtAll()
    await platform.idle()
    expect(platform.deployments().map(one => one.name)).toEqual([name])
    for (const { deploymentId } of previews)
      expect(await platform.residue(deploymentId)).toMatchObject({ processes: 0, checkouts: 0, rows: 0 })
  },
  900_000,
)
