import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRegistryClient, type RegistryClient } from './registry.ts'

/** A registry that lets images be deleted, which the one of the test cluster does not. */
let server: Server
let client: RegistryClient
let asked: string[]
let answer: (
  method: string,
  path: string,
) => { status: number; headers?: Record<string, string>; body?: string }

beforeEach(async () => {
  asked = []
  answer = () => ({ status: 404 })
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { status, headers = {}, body } = answer(request.method ?? '', request.url ?? '')
    response.writeHead(status, headers).end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  const hostAddress = `127.0.0.1:${bound.port}/team`
  client = createRegistryClient({ address: 'registry.inside:5000/team', hostAddress, isPlainHttp: true })
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
