import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadYaml } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Platform } from '../../electron/platform/platform.ts'
import { expiredCertificate, makeCertificate } from '../support/certificate.ts'
import { clusterTest, contextName, ingress, kubeconfig } from '../support/cluster.ts'
import { createDataFolder, startPlatform } from '../support/platform.ts'

interface Config {
  clusters: [{ name: string; cluster: Record<string, unknown> }]
  users: { name: string; user: Record<string, unknown> }[]
}

const folder = mkdtempSync(join(tmpdir(), 'slipway-adverse-'))
const data = createDataFolder()
const strange = makeCertificate('DNS:somewhere.test')
let platform: Platform
let redirecting: Server
let redirectingAt: string

beforeAll(async () => {
  platform = await startPlatform(data.path)
  // As a network's login page does.
  redirecting = createServer((_, answer) =>
    answer.writeHead(302, { location: 'https://login.test/?t=1' }).end(),
  )
  await new Promise<void>(resolve => redirecting.listen(0, '127.0.0.1', resolve))
  redirectingAt = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`
})
afterAll(async () => {
  redirecting?.close()
  await platform?.dispose({ stopApps: true })
  data.remove()
  rmSync(folder, { recursive: true, force: true })
})

const pem = (text: string): string => Buffer.from(text).toString('base64')

/** The usual kubeconfig, changed. */
function write(name: string, change: (config: Config) => void): string {
  const config = loadYaml<Config>(readFileSync(kubeconfig, 'utf8'))
  change(config)
  const file = join(folder, `${name.replaceAll(/\W/g, '-')}.kubeconfig`)
  writeFileSync(file, JSON.stringify(config))
  return file
}
const server = (address: () => string) => (config: Config) => {
  config.clusters[0].cluster.server = address()
}
const user = (fields: object) => (config: Config) => {
  config.users = config.users.map(({ name }) => ({ name, user: { ...fields } }))
}

/** A context that starts a program of these lines to sign in. */
function program(name: string, script: string) {
  const command = join(folder, name)
  return (config: Config) => {
    writeFileSync(command, `#!/bin/sh\n${script}\n`)
    chmodSync(command, 0o755)
    user({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command } })(config)
  }
}

describe('a kubeconfig that does not fit the real API is refused with what to do', () => {
  clusterTest.concurrent.each<[string, (config: Config) => void, object]>([
    [
      'the authority of another cluster',
      ({ clusters }) => {
        clusters[0].cluster['certificate-authority-data'] = pem(strange.ca)
      },
      {
        code: 'cluster_untrusted',
        message: `The cluster ${contextName} does not prove what it is: its certificate is signed by an authority that the kubeconfig does not name.`,
        hint: 'Get a new kubeconfig from whoever runs the cluster.',
      },
    ],
    [
      'a client certificate of another authority',
      user({ 'client-certificate-data': pem(strange.certificate), 'client-key-data': pem(strange.key) }),
      { code: 'cluster_denied', message: `The cluster ${contextName} does not accept who you are.` },
    ],
    [
      'a client certificate that has expired',
      user({ 'client-certificate-data': pem(expiredCertificate), 'client-key-data': pem(strange.key) }),
      {
        code: 'cluster_denied',
        message: `The certificate with which ${contextName} is entered expired on 2021-01-01.`,
      },
    ],
    [
      'a token that nobody gave out',
      user({ token: 'nobody' }),
      {
        code: 'cluster_denied',
        message: `The cluster ${contextName} does not accept who you are.`,
        hint: 'Sign in again with the tool that made the kubeconfig, or renew its credentials.',
      },
    ],
    [
      'a user that the file does not have',
      config => {
        config.users = []
      },
      { code: 'invalid_input', message: expect.stringContaining('user') },
    ],
    [
      'http where the API speaks TLS',
      ({ clusters }) => {
        const { cluster } = clusters[0]
        cluster.server = String(cluster.server).replace('https:', 'http:')
      },
      { code: 'cluster_untrusted', message: expect.stringContaining('speaks TLS') },
    ],
    [
      'https where something speaks plain http',
      server(() => redirectingAt.replace('http:', 'https:')),
      {
        code: 'cluster_untrusted',
        message: expect.stringContaining('it does not speak TLS as the kubeconfig says'),
      },
    ],
    [
      'something else than an API',
      server(() => `http://${ingress.http}`),
      { code: 'cluster_untrusted', message: expect.stringContaining('is no Kubernetes API') },
    ],
    [
      'a page that sends on',
      server(() => redirectingAt),
      { code: 'cluster_untrusted', message: expect.stringContaining('it sends on to login.test') },
    ],
    [
      'a program that prints rubbish',
      program('rubbish', 'echo hello'),
      {
        code: 'cluster_denied',
        message: '`rubbish`, which signs in to this cluster, did not print credentials.',
      },
    ],
    [
      'a program that fails',
      program('fails', 'echo the session ended >&2; exit 3'),
      { code: 'cluster_denied', lines: ['the session ended'] },
    ],
    [
      'a program that gives a token that nobody gave out',
      program('stale', `echo '{"kind":"ExecCredential","status":{"token":"stale"}}'`),
      { code: 'cluster_denied', message: `The cluster ${contextName} does not accept who you are.` },
    ],
    [
      'a program that hangs',
      program('hangs', 'sleep 1000 & wait'),
      { code: 'cluster_denied', message: expect.stringContaining('did not end within 60 s') },
    ],
  ])('%s', async (name, change, failure) => {
    const file = write(name, change)
    const mayStart = (await platform.clusters.contexts(file)).contexts[0]?.startsProgram ?? null
    const added = platform.clusters.add({ context: contextName, changes: { kubeconfig: file, mayStart } })
    await expect(added).rejects.toMatchObject({ failure: { hint: expect.any(String), ...failure } })
    expect(platform.reader.clusters().map(one => one.name)).toEqual(['This computer'])
  })
})
