import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Failure, SlipwayError } from '../../../shared/domain/failure.ts'
import { expiredCertificate } from '../../../tests/support/certificate.ts'
import { createApi } from './api.ts'
import { createExecCredentials } from './exec-credentials.ts'
import { listContexts, openContext, usualFiles } from './kubeconfig.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-kubeconfig-'))
const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise(resolve => server.close(resolve))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, content: string | object): string {
  const file = join(folder, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

/** One context `dev` with one cluster and user. */
const simple = (cluster: object, user: object = {}) => ({
  clusters: [{ name: 'c', cluster }],
  users: [{ name: 'u', user }],
  contexts: [{ name: 'dev', context: { cluster: 'c', user: 'u' } }],
})

/** Of somebody called ana, good through 2020. Base64 of PEM. */
const expired = Buffer.from(expiredCertificate).toString('base64')

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const failureOf = async (act: () => unknown): Promise<Failure> => {
  try {
    await act()
  } catch (error) {
    if (error instanceof SlipwayError) return error.failure
    throw error
  }
  throw new Error('it did not fail')
}

const ask = (kubeconfig: string, mayStart: string | null = null) =>
  createApi(openContext({ context: 'dev', kubeconfig, mayStart })).find('/version')

describe('files', () => {
  test('the usual file is that of the home folder, unless KUBECONFIG lists others', () => {
    expect(usualFiles({})[0]).toMatch(/\.kube[/\\]config$/)
    expect(usualFiles({ KUBECONFIG: '/a:/b::/a' })).toEqual(['/a', '/b'])
  })

  test('several files count as one: the first of a name wins, and a context may name what another file has', () => {
    const first = write('first', {
      contexts: [{ name: 'dev', context: { cluster: 'far', user: 'me' } }],
      users: [{ name: 'me', user: { token: 'first' } }],
    })
    const second = write('second', {
      clusters: [{ name: 'far', cluster: { server: 'https://far:6443', 'certificate-authority': 'ca.crt' } }],
      users: [{ name: 'me', user: { token: 'second' } }],
      contexts: [
        { name: 'dev', context: { cluster: 'other', user: 'other' } },
        { name: 'open', context: { cluster: 'far', user: '' } },
      ],
    })
    expect(listContexts([first, join(folder, 'absent'), second])).toEqual([
      { name: 'dev', kubeconfig: first, server: 'https://far:6443', startsProgram: null, isVerified: true },
      { name: 'open', kubeconfig: second, server: 'https://far:6443', startsProgram: null, isVerified: true },
    ])
    const before = process.env.KUBECONFIG
    process.env.KUBECONFIG = `${first}:${second}`
    try {
      const config = openContext({ context: 'dev', kubeconfig: null })
      expect(config.getCurrentUser()?.token).toBe('first')
      expect(config.getCurrentCluster()?.caFile).toBe(join(folder, 'ca.crt'))
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG
      else process.env.KUBECONFIG = before
    }
  })

  test('what starts a program and what is not verified is marked', () => {
    const file = write(
      'marked',
      simple({ server: 'https://x', 'insecure-skip-tls-verify': true }, { exec: { command: 'aws' } }),
    )
    expect(listContexts([file])[0]).toMatchObject({ startsProgram: 'aws', isVerified: false })
    const old = write(
      'old',
      simple({ server: 'https://x' }, { 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'gcloud' } } }),
    )
    expect(listContexts([old])[0]).toMatchObject({ startsProgram: 'gcloud' })
  })

  test.each([
    ['empty', '', /no context dev/],
    ['not yaml', 'clusters: [', /line 1/],
    ['a list', '- a\n- b', /no kubeconfig that Slipway can read/],
    ['of another shape', 'clusters: yes', /clusters is not as it should be/],
    [
      'without the user',
      JSON.stringify({ ...simple({ server: 'https://x' }), users: [] }),
      /names a user that the file does not have/,
    ],
    [
      'without the cluster',
      JSON.stringify({ ...simple({}), clusters: [] }),
      /names a cluster that the file does not have/,
    ],
    ['binary', '\u0000\u0001\u0002', /no kubeconfig that Slipway can read/],
  ])('a file that is %s says so, with what to do', async (name, text, message) => {
    const file = write(`adverse ${name}`, text)
    const failure = await failureOf(() => openContext({ context: 'dev', kubeconfig: file }))
    expect(failure.message).toMatch(message)
    expect(failure.hint).not.toBe('')
  })

  test('an error about a file quotes nothing of it', async () => {
    const file = write('secret', 'users:\n- name: u\n  user: {token: hunter2: x}\n')
    const failure = await failureOf(() => openContext({ context: 'dev', kubeconfig: file }))
    expect(JSON.stringify(failure)).not.toContain('hunter2')
    expect(failure.message).toContain('line 3')
  })

  test.each(['\0', 'x'.repeat(4000)])(
    'a name that no file can have is refused in plain words',
    async name => {
      expect((await failureOf(() => listContexts([name]))).message).toContain('it may not be looked at')
    },
  )

  test('a huge file is not read', async () => {
    const file = write('huge', `#${'x'.repeat(11 * 1024 * 1024)}`)
    expect((await failureOf(() => listContexts([file]))).message).toContain('larger than 10 MB')
  })

  test('a thousand contexts are listed', () => {
    const names = Array.from({ length: 1000 }, (_, at) => `c${at}`)
    const file = write('many', {
      clusters: names.map(name => ({ name, cluster: { server: `https://${name}` } })),
      contexts: names.map(name => ({ name, context: { cluster: name, user: '' } })),
    })
    expect(listContexts([file]).map(one => one.server)).toEqual(names.map(name => `https://${name}`))
  })

  test('an unknown context names those that are there', async () => {
    const file = write('named', simple({ server: 'https://x' }))
    expect(await failureOf(() => openContext({ context: 'prod', kubeconfig: file }))).toMatchObject({
      code: 'not_found',
      hint: 'There is: dev.',
    })
  })
})

describe('an API', () => {
  test('sees a change of the file at the next request, and leaves the file as it is', async () => {
    const seen: (string | undefined)[] = []
    const port = await listen(
      createHttpServer((request, response) => {
        seen.push(request.headers.authorization)
        response.end('{}')
      }),
    )
    const server = `http://127.0.0.1:${port}`
    const file = write('changing', simple({ server }, { token: 'one' }))
    const api = createApi(openContext({ context: 'dev', kubeconfig: file }))
    await api.find('/version')
    write('changing', simple({ server }, { token: 'another' }))
    const before = { text: readFileSync(file, 'utf8'), changed: statSync(file).mtimeMs }
    await api.find('/version')
    expect(seen).toEqual(['Bearer one', 'Bearer another'])
    expect({ text: readFileSync(file, 'utf8'), changed: statSync(file).mtimeMs }).toEqual(before)
  })

  test('reads a token file at every request', async () => {
    const seen: (string | undefined)[] = []
    const port = await listen(
      createHttpServer((request, response) => {
        seen.push(request.headers.authorization)
        response.end('{}')
      }),
    )
    const token = write('token', 'first\n')
    const file = write('with token', simple({ server: `http://127.0.0.1:${port}` }, { tokenFile: 'token' }))
    const api = createApi(openContext({ context: 'dev', kubeconfig: file }))
    await api.find('/version')
    writeFileSync(token, 'second\n')
    await api.find('/version')
    expect(seen).toEqual(['Bearer first', 'Bearer second'])
  })

  test('goes through the proxy that the kubeconfig names', async () => {
    const asked: (string | undefined)[] = []
    const proxy = createHttpServer((request, response) => {
      asked.push(request.url)
      response.end('{}')
    })
    proxy.on('connect', (request, socket) => {
      asked.push(request.url)
      socket.end('HTTP/1.1 502 no\r\n\r\n')
    })
    const port = await listen(proxy)
    const file = write(
      'proxied',
      simple({ server: 'https://far.example:6443', 'proxy-url': `http://127.0.0.1:${port}` }),
    )
    expect((await failureOf(() => ask(file))).code).toBe('cluster_unreachable')
    expect(asked).toEqual(['far.example:6443'])
  })

  test.each([
    [
      'sends somewhere else',
      302,
      { location: 'https://login.example/?secret=1' },
      '',
      /sends on to login\.example:?/,
    ],
    ['serves a page', 200, { 'content-type': 'text/html' }, '<html>', /does not speak as a Kubernetes API/],
  ] as const)('that %s is none', async (_name, status, headers, body, message) => {
    const port = await listen(
      createHttpServer((_request, response) => response.writeHead(status, headers).end(body)),
    )
    const file = write('wrong', simple({ server: `http://127.0.0.1:${port}` }))
    const failure = await failureOf(() => ask(file))
    expect(failure).toMatchObject({ code: 'cluster_untrusted' })
    expect(failure.message).toMatch(message)
    expect(JSON.stringify(failure)).not.toContain('secret')
  })

  test('that speaks plain http is not taken for one with TLS', async () => {
    const port = await listen(createHttpServer((_request, response) => response.end('{}')))
    const file = write('plain', simple({ server: `https://127.0.0.1:${port}` }))
    const failure = await failureOf(() => ask(file))
    expect(failure).toMatchObject({ code: 'cluster_untrusted' })
    expect(failure.message).toContain('does not speak TLS')
  })

  test('that is not there, or closes the connection, is unreachable', async () => {
    const port = await listen(createTcpServer(socket => socket.destroy()))
    const closing = write('closing', simple({ server: `https://127.0.0.1:${port}` }))
    expect((await failureOf(() => ask(closing))).code).toBe('cluster_unreachable')
    await new Promise(resolve => servers.splice(0)[0]?.close(resolve))
    const failure = await failureOf(() => ask(closing))
    expect(failure).toMatchObject({ code: 'cluster_unreachable' })
    expect(failure.message).toContain('nothing listens there')
  })
})

describe('certificates', () => {
  let certificate: { cert: string; key: string }

  beforeAll(() => {
    certificate = makeCertificate('localhost')
  })

  test('a server with the authority of the kubeconfig is trusted, by name', async () => {
    const port = await listen(
      createTlsServer(certificate, (_request, response) => response.end('{"major":"1"}')),
    )
    const file = write(
      'trusted',
      simple({
        server: `https://127.0.0.1:${port}`,
        'certificate-authority-data': Buffer.from(certificate.cert).toString('base64'),
      }),
    )
    expect(await ask(file)).toEqual({ major: '1' })
  })

  test('one with another authority is not, unless nothing is to be verified', async () => {
    const port = await listen(
      createTlsServer(certificate, (_request, response) => response.end('{"major":"1"}')),
    )
    const server = `https://127.0.0.1:${port}`
    const other = makeCertificate('other').cert
    const wrong = write(
      'wrong ca',
      simple({ server, 'certificate-authority-data': Buffer.from(other).toString('base64') }),
    )
    const failure = await failureOf(() => ask(wrong))
    expect(failure).toMatchObject({ code: 'cluster_untrusted' })
    expect(failure.message).toContain('an authority that the kubeconfig does not name')
    const lax = write('lax', simple({ server, 'insecure-skip-tls-verify': true }))
    expect(await ask(lax)).toEqual({ major: '1' })
  })

  test('an expired one of the person is named, with its day', async () => {
    const file = write('expired', simple({ server: 'https://x' }, { 'client-certificate-data': expired }))
    expect(await failureOf(() => ask(file))).toMatchObject({
      code: 'cluster_denied',
      message: 'The certificate with which dev is entered expired on 2021-01-01.',
    })
  })

  test('one that is not there is named', async () => {
    const file = write('absent', simple({ server: 'https://x' }, { 'client-certificate': 'gone.crt' }))
    expect((await failureOf(() => ask(file))).message).toContain(join(folder, 'gone.crt'))
  })
})

describe('a context that starts a program', () => {
  const program = (name: string, script: string): string => {
    const file = write(name, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
    return file
  }
  const credentials = (command: string, rest: object = {}, limitMs = 20_000) =>
    createExecCredentials({
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command, ...rest },
      cluster: { server: 'https://x', 'insecure-skip-tls-verify': false },
      environment: async () => process.env,
      limitMs,
    })
  const answer = (status: object) => `echo '${JSON.stringify({ kind: 'ExecCredential', status })}'`

  test('asks first, and starts the one that was agreed to, not another', async () => {
    const seen: (string | undefined)[] = []
    const port = await listen(
      createHttpServer((request, response) => {
        seen.push(request.headers.authorization)
        response.statusCode = seen.length === 1 ? 401 : 200
        response.end('{}')
      }),
    )
    const command = program('signs-in', `echo run >> ${join(folder, 'runs')}; ${answer({ token: 't' })}`)
    const file = write(
      'exec',
      simple({ server: `http://127.0.0.1:${port}` }, { exec: { command: './signs-in' } }),
    )
    expect(await failureOf(() => ask(file))).toMatchObject({ code: 'consent_required' })
    expect(await failureOf(() => ask(file, '/bin/other'))).toMatchObject({ code: 'consent_required' })
    // Refused once, it signs in anew.
    expect(await ask(file, command)).toEqual({})
    expect(seen).toEqual(['Bearer t', 'Bearer t'])
    expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('run\nrun\n')
  })

  test('runs once for all who wait, with its arguments and variables, until the credentials end', async () => {
    const log = join(folder, 'log')
    const command = program(
      'counts',
      `echo "$1 $WHO $KUBERNETES_EXEC_INFO" >> ${log}; ${answer({ token: 't', expirationTimestamp: '2026-01-01T00:10:00Z' })}`,
    )
    let now = Date.parse('2026-01-01T00:00:00Z')
    const held = createExecCredentials({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command,
        args: ['get'],
        env: [{ name: 'WHO', value: 'ana' }],
      },
      cluster: { server: 'https://x', 'insecure-skip-tls-verify': false },
      environment: async () => process.env,
      now: () => now,
    })
    await Promise.all([held.get(), held.get(), held.get()])
    expect(readFileSync(log, 'utf8')).toMatch(
      /^get ana \{"apiVersion":"client.authentication.k8s.io\/v1","kind":"ExecCredential".*\}\n$/,
    )
    now = Date.parse('2026-01-01T00:09:55Z')
    await held.get()
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(2)
  })

  test.each([
    [
      'is missing',
      () => join(folder, 'nowhere'),
      { installHint: 'brew install it' },
      {
        code: 'tool_missing',
        message: '`nowhere`, which signs in to this cluster, is not there.',
        hint: 'brew install it',
      },
    ],
    [
      'fails',
      () => program('fails', 'echo "token expired" >&2; exit 3'),
      {},
      {
        code: 'cluster_denied',
        message: '`fails`, which signs in to this cluster, ended with code 3.',
        lines: ['token expired'],
      },
    ],
    [
      'prints rubbish',
      () => program('rubbish', 'echo hello'),
      {},
      {
        code: 'cluster_denied',
        message: '`rubbish`, which signs in to this cluster, did not print credentials.',
      },
    ],
    [
      'prints no token',
      () => program('none', answer({})),
      {},
      {
        code: 'cluster_denied',
        message: '`none`, which signs in to this cluster, did not print credentials.',
      },
    ],
    [
      'prints without end',
      () => program('endless', 'yes'),
      {},
      { code: 'cluster_denied', message: '`endless`, which signs in to this cluster, printed without end.' },
    ],
  ])('one that %s is named', async (_name, command, rest, failure) => {
    expect(await failureOf(() => credentials(command(), rest).get())).toMatchObject(failure)
  })

  test('one that hangs is ended, with what it started', async () => {
    const command = program('hangs', 'sleep 1000 & wait')
    // Whatever holds its output has ended when it is said.
    const failure = await failureOf(() => credentials(command, {}, 1500).get())
    expect(failure.message).toContain('did not end within')
  })
})

function makeCertificate(name: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  )
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}
