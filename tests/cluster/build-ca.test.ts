import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { buildNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { makeCertificate } from '../support/certificate.ts'
import { clusterTest, expose, kubectl } from '../support/cluster.ts'
import { newId, openClusterDriver, toBuildOrder } from '../support/cluster-driver.ts'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { readImage } from '../support/image-content.ts'

const tls = makeCertificate('DNS:host.slipway.test')
const folder = mkdtempSync(join(tmpdir(), 'slipway-ca-'))
let git: GitServer
let server: Server
let address: string

beforeAll(async () => {
  git = await startGitServer()
  server = createServer({ cert: tls.certificate, key: tls.key }, (asked, answer) => {
    if (asked.url === '/package') return void answer.end('it is a package')
    const { method = 'GET', headers } = asked
    const passed = request(`${git.address}${asked.url}`, { method, headers }, got => {
      answer.writeHead(got.statusCode ?? 500, got.headers)
      got.pipe(answer)
    })
    asked.pipe(passed)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  address = (await expose((server.address() as AddressInfo).port)).replace('http:', 'https:')
  // This computer trusts the server as its own git is told to.
  writeFileSync(join(folder, 'ca.crt'), tls.ca)
  process.env.GIT_SSL_CAINFO = join(folder, 'ca.crt')
})
afterAll(async () => {
  delete process.env.GIT_SSL_CAINFO
  server?.closeAllConnections()
  server?.close()
  await git?.close()
  rmSync(folder, { recursive: true, force: true })
})

const fetchIt = (): string =>
  `node -e "fetch('${address}/package').then(r=>r.text()).then(t=>console.log(t.toUpperCase()))"`

async function build(files: Record<string, string>, buildCa: string | null) {
  const slipway = await openClusterDriver({ settings: { buildCa } })
  try {
    const name = newId()
    const repository = await git.createRepository(name, files)
    const sha = await repository.git('rev-parse', 'HEAD')
    const order = toBuildOrder({ source: { kind: 'git', address: `${address}/${name}.git` }, sha })
    await slipway.driver.startBuild(order)
    const ended = await slipway.untilBuild(order)
    const log = await slipway.readBuildLog(order)
    await slipway.driver.collect(order.deploymentId, 'artifact' in ended ? [ended.artifact] : [])
    await kubectl('wait', '--for=delete', `namespace/${buildNamespace(order.buildId)}`, '--timeout=90s')
    return { ended, log: log.join('\n') }
  } finally {
    await slipway.dispose()
  }
}

const app = (more: object = {}) => ({
  'package.json': JSON.stringify({
    name: 'app',
    private: true,
    scripts: { build: `${fetchIt()} && env | grep -c /run/secrets/build-ca`, start: 'node server.js' },
    ...more,
  }),
  'server.js': '',
})

describe('a git server whose certificate is by a CA of its own', () => {
  clusterTest('is not trusted by builds until the CA is set, and the command for that is said', async () => {
    const { ended, log } = await build(app(), null)
    expect(ended, log).toMatchObject({
      state: 'failed',
      failure: {
        code: 'source_unreachable',
        message: `From inside of the cluster: builds do not trust the certificate of ${new URL(address).host}.`,
        hint: 'Set the certificate of who vouches for it, then deploy again: slipway cluster add slipway-test --build-ca FILE',
      },
    })
  })

  clusterTest(
    'gives the commit to a build that trusts the CA, as do its commands; none is in the image',
    async () => {
      const { ended, log } = await build(app(), tls.ca)
      expect(ended.state, log).toBe('succeeded')
      expect(log).toMatch(/^#\d+ IT IS A PACKAGE$/m)
      const artifact = 'artifact' in ended ? ended.artifact : ''
      const { config, layers } = await readImage(artifact, 'library/node:24-slim')
      const line = tls.ca.split('\n')[2] ?? ''
      expect([config, ...layers].filter(text => text.includes(line))).toEqual([])
      expect(config).not.toMatch(/build-ca|SSL_CERT_FILE/)
    },
  )

  clusterTest("is trusted by the repository's own Dockerfile where it mounts the CA", async () => {
    const dockerfile = (mount: string, before = '') => ({
      Dockerfile: ['FROM node:24-slim', `RUN ${mount}${before}${fetchIt()}`].join('\n'),
    })
    const mount = '--mount=type=secret,id=build-ca '
    const mounted = await build(dockerfile(mount, 'NODE_EXTRA_CA_CERTS=/run/secrets/build-ca '), tls.ca)
    expect(mounted.ended.state, mounted.log).toBe('succeeded')
    expect(mounted.log).toMatch(/^#\d+ IT IS A PACKAGE$/m)

    const { ended, log } = await build(dockerfile(''), tls.ca)
    expect(ended, log).toMatchObject({
      state: 'failed',
      failure: { code: 'build_failed', hint: expect.stringContaining('RUN --mount=type=secret,id=build-ca') },
    })
  })
})
