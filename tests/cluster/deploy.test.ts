import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import {
  baseDomain,
  clusterSettings,
  clusterTest,
  contextName,
  expose,
  ingress,
  install,
} from '../support/cluster.ts'
import { createCommandLine } from '../support/command-line.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { createDataFolder } from '../support/platform.ts'

/** Of this run alone: a run that failed may have left its own. */
const name = `greeter-${Date.now().toString(36)}`
const data = createDataFolder()
const line = createCommandLine(data.path)
let git: GitServer
let address: string

beforeAll(async () => {
  git = await startGitServer()
  address = await expose(Number(new URL(git.address).port))
  await install('ingress', 'cert-manager', 'network-policy', 'egress')
})
afterAll(async () => {
  await line.endAll()
  await git?.close()
  data.remove()
})

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ private: true, scripts: { start: 'node server.js' } }),
  'server.js': `require('node:http').createServer((_, response) => response.end('${greeting}')).listen(process.env.PORT)`,
})

/** Through the ingress controller, as a browser that knows the name would. */
function get(host: string): Promise<{ status: number; body: string }> {
  const [hostname, port] = ingress.http.split(':')
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, headers: { host }, agent: false }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.on('error', reject).end()
  })
}

interface Listed {
  name: string
  status: string
  url: string
  cluster: { name: string }
}

describe('deploy --context, with no Slipway open', () => {
  clusterTest(
    'ends with the public URL, where the app goes on; again, it is the same deployment',
    async () => {
      const repository = await git.createRepository('greeter', app('hello'))
      const source = `${address}/greeter.git`
      const { mirrors, buildEnvironment } = await clusterSettings()
      const added = await line.call(
        ...['cluster', 'add', contextName, '--base-domain', baseDomain, '--ingress-class', 'traefik'],
        ...Object.entries(mirrors ?? {}).flatMap(([from, to]) => ['--mirror', `${from}=${to}`]),
        ...Object.entries(buildEnvironment ?? {}).flatMap(([name, value]) => [
          '--build-env',
          `${name}=${value}`,
        ]),
      )
      expect(added).toMatchObject({ status: 0, stderr: '' })

      const first = await line.call('deploy', source, '--context', contextName, '--name', name)
      expect(first).toMatchObject({ status: 0, stderr: '' })
      const url = /^http:\/\/(\S+)\/$/m.exec(first.stdout)
      const host = url?.[1] ?? ''
      expect(host).toBe(`${name}.${baseDomain}`)
      expect(await get(host)).toEqual({ status: 200, body: 'hello' })

      await repository.commit(app('hello again'), 'Greets again')
      expect(await line.call('deploy', source, '--context', contextName)).toMatchObject({
        status: 0,
        stderr: '',
      })
      // The one before answers what reached it while it ends.
      await vi.waitFor(
        async () => expect(await get(host)).toEqual({ status: 200, body: 'hello again' }),
        10_000,
      )
      const listed: Listed[] = JSON.parse((await line.call('list', '--json')).stdout)
      expect(listed).toEqual([
        expect.objectContaining({
          name,
          status: 'live',
          url: `http://${host}/`,
          cluster: expect.objectContaining({ name: contextName }),
        }),
      ])
      expect((await line.call('cluster', 'remove', contextName)).stderr).toContain(
        `${name} is deployed there.`,
      )

      const removed = await line.call('remove', name, '--yes')
      expect(removed).toMatchObject({ status: 0, stdout: expect.stringContaining('0 processes') })
      expect((await get(host)).status).toBe(404)
      expect((await line.call('cluster', 'remove', contextName)).status).toBe(0)
    },
  )
})
