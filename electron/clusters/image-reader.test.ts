import { describe, expect, test } from 'vitest'
import { SlipwayError, toFailure } from '../../shared/domain/failure.ts'
import { type ImagePlace, readImage } from './image-reader.ts'

const digest = `sha256:${'a'.repeat(64)}`
const image = { registry: 'docker.io', repository: 'library/nginx', reference: '1.27' }
const facts = { digest, ports: [80], user: '', createdAt: 7 }

const has: ImagePlace = { name: 'mirror', isOwn: false, describe: async () => facts }
const hasNot: ImagePlace = { name: 'mirror', isOwn: false, describe: async () => undefined }
const fails = (error: Error, isOwn = false): ImagePlace => ({
  name: 'docker.io',
  isOwn,
  describe: () => Promise.reject(error),
})
const silent = fails(new TypeError('fetch failed'))
const denied = new SlipwayError({ code: 'registry_denied', message: 'It asks who you are.', hint: 'Set it.' })

const failureOf = (places: ImagePlace[], reference = '1.27') =>
  readImage({ ...image, reference }, places).then(() => undefined, toFailure)

test('the first registry that has it tells what it is', async () => {
  expect(await readImage(image, [hasNot, has, silent])).toEqual({
    runsAsRoot: true,
    commit: { sha: 'a'.repeat(64), subject: 'docker.io/library/nginx:1.27', author: '', at: 7 },
    plan: expect.objectContaining({
      kind: 'image',
      port: { value: 80, origin: 'the image exposes it' },
      notes: [],
    }),
  })
})

describe('an image that is not found out about', () => {
  test.each([
    ['nowhere', [hasNot, hasNot], 'There is no image docker.io/library/nginx:1.27.'],
    [
      'behind a login',
      [fails(denied)],
      'The registry docker.io shows docker.io/library/nginx:1.27 to nobody without a login: it is private, or not there.',
    ],
    ['behind the login of the cluster', [fails(denied, true)], 'It asks who you are.'],
    [
      'where nothing answers',
      [silent],
      'The registry docker.io does not answer this computer, so it is not known which image docker.io/library/nginx:1.27 is now.',
    ],
    [
      'not in the mirror, and nothing else answers',
      [hasNot, silent],
      'The registry mirror has no docker.io/library/nginx:1.27, and docker.io does not answer this computer.',
    ],
  ])('%s', async (_, places, message) => {
    expect((await failureOf(places))?.message).toBe(message)
  })

  test('is deployed all the same by its digest, unless there is none', async () => {
    const { plan, commit } = await readImage({ ...image, reference: digest }, [silent])
    expect(commit.sha).toBe('a'.repeat(64))
    expect([plan.port, plan.notes]).toEqual([
      null,
      ['No registry tells this computer what is in the image, such as the port on which it listens.'],
    ])
    expect((await failureOf([hasNot], digest))?.code).toBe('image_unavailable')
  })
})
