import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { registrySchema } from '../../../../shared/domain/cluster.ts'
import { createImages } from './images.ts'

let server: Server
let images: ReturnType<typeof createImages>
let warnings: string[]
/** Digests by tag, of images and of the cache of builds. */
let stored: Map<string, string>
let cached: Map<string, string>

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`
const artifactOf = (letter: string) => `registry:5000/slipway/ana/app@${digestOf(letter)}`

beforeEach(async () => {
  stored = new Map([
    ['one', digestOf('1')],
    ['two', digestOf('2')],
    ['again', digestOf('2')],
    ['three', digestOf('3')],
  ])
  cached = new Map([['cache', digestOf('c')]])
  warnings = []
  server = createServer((request, response) => {
    const name = request.url?.split('/').at(-1) ?? ''
    const all = request.url?.includes('/slipway/ana/app-cache/') ? cached : stored
    if (request.url?.includes('/tags/list'))
      return void response.end(JSON.stringify({ tags: [...all.keys()] }))
    const digest = name.startsWith('sha256:') ? name : all.get(name)
    const tags = [...all].filter(([, one]) => one === digest).map(([tag]) => tag)
    if (request.method === 'DELETE') for (const tag of tags) all.delete(tag)
    response.writeHead(tags.length === 0 ? 404 : 200, { 'docker-content-digest': digest ?? '' }).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  images = createImages({
    registry: {
      registry: registrySchema.parse({
        address: 'registry.inside:5000',
        hostAddress: `127.0.0.1:${bound.port}`,
        isPlainHttp: true,
        pullAddress: 'registry:5000',
      }),
      ca: null,
      login: async () => undefined,
    },
    placesOf: () => [],
    describe: () => ({ name: 'app', owner: { id: 'ana', name: 'ana' }, hosts: [] }),
    log: { warn: (_, message) => warnings.push(message) },
  })
})
afterEach(() => new Promise(resolve => server.close(resolve)))

test('an image is there when the registry has its digest', async () => {
  expect(await images.has('app', artifactOf('1'))).toBe(true)
  expect(await images.has('app', artifactOf('9'))).toBe(false)
  expect(await images.has('app', `elsewhere/slipway/ana/app@${digestOf('1')}`)).toBe(false)
})

test('images that are not named are deleted, the cache is not', async () => {
  await images.keepOnly('app', [artifactOf('2')])
  expect([...stored.keys()]).toEqual(['two', 'again'])
  expect(await images.count('slipway/ana/app')).toBe(3)
})

test('removal deletes all, the cache too', async () => {
  await images.removeAll('slipway/ana/app')
  expect([...stored.keys(), ...cached.keys()]).toEqual([])
  expect(await images.count('slipway/ana/app')).toBe(0)
})

test('a registry that is away is no failure: what it has is not known', async () => {
  await new Promise(resolve => server.close(resolve))
  expect(await images.has('app', artifactOf('1'))).toBeUndefined()
  await images.keepOnly('app', [])
  expect(warnings).toEqual(['the registry could not be asked', 'the registry could not be asked'])
})

test('removal fails where the registry is away, since nothing would come back to what is left there', async () => {
  await new Promise(resolve => server.close(resolve))
  await expect(images.removeAll('slipway/ana/app')).rejects.toMatchObject({
    failure: {
      code: 'cluster_unreachable',
      message: expect.stringContaining('cannot be asked for the images'),
    },
  })
})
