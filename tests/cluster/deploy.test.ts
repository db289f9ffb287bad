import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { baseDomain, clusterSettings, clusterTest, contextName, expose } from '../support/cluster.ts'
import { createCommandLine } from '../support/command-line.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { getSecurely, readAuthority } from '../support/ingress.ts'
import { createDataFolder, getThroughGateway } from '../support/platform.ts'
import { removeTenants } from '../support/tenants.ts'

/** Of this run alone: a run that failed may have left its own. */
const name = `greeter-${Date.now().toString(36)}`
const data = createDataFolder()
const line = createCommandLine(data.path)
let git: GitServer
let address: string

beforeAll(async () => {
  git = await startGitServer()
  address = await expose(Number(new URL(git.address).port))
})
afterAll(async () => {
  await line.endAll()
  await git?.close()
  await removeTenants(data.path)
  data.remove()
})

const app = (greeting: string) => ({
  'package.json': JSON.stringify({ private: true, scripts: { start: 'node server.js' } }),
  'server.js': `require('node:http').createServer((_, response) => response.end('${greeting}')).listen(process.env.PORT)`,
})

interface Listed {
  name: string
  status: string
  url: string
  localUrl: string
  cluster: { name: string }
}

describe('deploy --context, with no Slipway open', () => {
  clusterTest(
    'ends with the public URL over https, where the app goes on; again, it is the same deployment; the gateway leads there too',
    async () => {
      const repository = await git.createRepository('greeter', app('hello'))
      const source = `${address}/greeter.git`
      const { mirrors, buildEnvironment } = await clusterSettings()
      const added = await line.call(
        ...['cluster', 'add', contextName, '--base-domain', baseDomain, '--ingress-class', 'traefik'],
        ...['--issuer', 'test-ca'],
        ...Object.entries(mirrors ?? {}).flatMap(([from, to]) => ['--mirror', `${from}=${to}`]),
        ...Object.entries(buildEnvironment ?? {}).flatMap(([name, value]) => [
          '--build-env',
          `${name}=${value}`,
        ]),
      )
      expect(added).toMatchObject({ status: 0, stderr: '' })

      const first = await line.call('deploy', source, '--context', contextName, '--name', name)
      expect(first).toMatchObject({ status: 0, stderr: '' })
      const url = /^https:\/\/(\S+)\/$/m.exec(first.stdout)
      const host = url?.[1] ?? ''
      expect(host).toBe(`${name}.${baseDomain}`)
      const ca = await readAuthority('test-ca')
      const get = () => getSecurely(host, ca)
      await vi.waitFor(async () => expect(await get()).toEqual({ status: 200, body: 'hello' }), {
        timeout: 60_000,
        interval: 500,
      })

      await repository.commit(app('hello again'), 'Greets again')
      expect(await line.call('deploy', source, '--context', contextName)).toMatchObject({
        status: 0,
        stderr: '',
      })
      // The one before answers what reached it while it ends.
      await vi.waitFor(async () => expect(await get()).toEqual({ status: 200, body: 'hello again' }), 10_000)
      const listed: Listed[] = JSON.parse((await line.call('list', '--json')).stdout)
      expect(listed).toEqual([
        expect.objectContaining({
          name,
          status: 'live',
          url: `https://${host}/`,
          cluster: expect.objectContaining({ name: contextName }),
        }),
      ])
      const slipway = await line.openSlipway()
      const [open]: Listed[] = JSON.parse((await line.call('list', '--json')).stdout)
      const gatewayPort = Number(new URL(open?.localUrl ?? '').port)
      expect(await getThroughGateway({ gatewayPort }, name)).toEqual({ status: 200, body: 'hello again' })
      await slipway.quit()

      expect((await line.call('cluster', 'remove', contextName)).stderr).toContain(
        `${name} is deployed there.`,
      )

      const removed = await line.call('remove', name, '--yes')
      expect(removed).toMatchObject({ status: 0, stdout: expect.stringContaining('0 processes') })
      await vi.waitFor(async () => await expect(get()).rejects.toThrow())
      expect((await line.call('cluster', 'remove', contextName)).status).toBe(0)
    },
  )
})
