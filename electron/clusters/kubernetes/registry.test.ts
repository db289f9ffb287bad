import { createServer, type IncomingMessage, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { registrySchema } from '../../../shared/domain/cluster.ts'
import type { RegistryLogin } from './registry/access.ts'
import { createRegistryClient, type RegistryClient } from './registry.ts'

/** A registry that lets images be deleted, which the one of the test cluster does not. */
let server: Server
let client: RegistryClient
let asked: string[]
let login: RegistryLogin | undefined
let answer: (
  method: string,
  path: string,
  request: IncomingMessage,
) => { status: number; headers?: Record<string, string>; body?: string }

beforeEach(async () => {
  asked = []
  login = undefined
  answer = () => ({ status: 404 })
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { status, headers = {}, body } = answer(request.method ?? '', request.url ?? '', request)
    response.writeHead(status, headers).end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  const hostAddress = `127.0.0.1:${bound.port}/team`
  client = createRegistryClient({
    registry: registrySchema.parse({ address: 'registry.inside:5000/team', hostAddress, isPlainHttp: true }),
    ca: null,
    login: async () => login,
  })
})
afterEach(() => new Promise(resolve => server.close(resolve)))

const digest = `sha256:${'a'.repeat(64)}`

describe('a registry', () => {
  test('is asked at the address that this computer reaches', async () => {
    answer = () => ({ status: 200 })
    expect(await client.has('slipway/ana/app', digest)).toBe(true)
    expect(asked).toEqual([`HEAD /v2/team/slipway/ana/app/manifests/${digest}`])
  })

  test('that does not have an image says so, and any other answer is an error', async () => {
    expect(await client.has('slipway/ana/app', digest)).toBe(false)
    answer = () => ({ status: 500 })
    await expect(client.has('slipway/ana/app', digest)).rejects.toThrow(/answered with 500$/)
  })

  test('lists all tags, page after page', async () => {
    answer = (method, path) => {
      if (method === 'HEAD')
        return { status: 200, headers: { 'docker-content-digest': `${digest}-of${path.at(-1)}` } }
      return path.includes('last=')
        ? { status: 200, body: '{"tags":["b"]}' }
        : {
            status: 200,
            headers: { link: '</v2/x/tags/list?n=500&last=a>; rel="next"' },
            body: '{"tags":["a"]}',
          }
    }
    expect(await client.tags('app')).toEqual([
      { tag: 'a', digest: `${digest}-ofa` },
      { tag: 'b', digest: `${digest}-ofb` },
    ])
  })

  test('of which nothing is known has no tags', async () => {
    expect(await client.tags('app')).toEqual([])
  })

  test('deletes by digest, or says that it lets nobody delete', async () => {
    answer = () => ({ status: 202 })
    expect(await client.remove('app', digest)).toBe(true)
    expect(asked).toEqual([`DELETE /v2/team/app/manifests/${digest}`])
    answer = () => ({ status: 405 })
    expect(await client.remove('app', digest)).toBe(false)
  })
})

describe('a registry that asks who comes', () => {
  const isLetIn = (request: IncomingMessage, expected: string) => request.headers.authorization === expected
  const basic = `Basic ${Buffer.from('ana:right').toString('base64')}`

  test('gets the user and the password, once it has asked', async () => {
    login = { user: 'ana', password: 'right' }
    answer = (_, __, request) =>
      isLetIn(request, basic)
        ? { status: 200 }
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } }
    expect(await client.has('app', digest)).toBe(true)
    expect(await client.has('app', digest)).toBe(true)
    expect(asked).toHaveLength(3)
  })

  test('that refuses the password says so, and names the user', async () => {
    login = { user: 'ana', password: 'wrong' }
    answer = () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } })
    await expect(client.ping()).rejects.toMatchObject({
      failure: {
        code: 'registry_denied',
        message:
          'The registry registry.inside:5000/team does not let ana in with the password that is set (401).',
      },
    })
  })

  test('and nobody is set: says that, and what to do', async () => {
    answer = () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } })
    await expect(client.has('app', digest)).rejects.toMatchObject({
      failure: { code: 'registry_denied', hint: 'Set them in the settings of the cluster.' },
    })
  })

  test('by way of another that gives tokens: the password goes there, the token here', async () => {
    login = { user: 'ana', password: 'right' }
    answer = (_, path, request) => {
      if (path.startsWith('/token'))
        return isLetIn(request, basic) ? { status: 200, body: '{"token":"t1"}' } : { status: 401 }
      if (isLetIn(request, 'Bearer t1')) return { status: 200 }
      const realm = `http://${request.headers.host}/token`
      const header = `Bearer realm="${realm}",service="registry",scope="repository:team/app:pull"`
      return { status: 401, headers: { 'www-authenticate': header } }
    }
    expect(await client.has('app', digest)).toBe(true)
    expect(asked[1]).toBe('GET /token?service=registry&scope=repository%3Ateam%2Fapp%3Apull')
    login = { user: 'ana', password: 'wrong' }
    await expect(client.has('other', digest)).rejects.toMatchObject({ failure: { code: 'registry_denied' } })
  })
})
