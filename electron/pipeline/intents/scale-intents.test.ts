import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts'
import { createMemoryStore } from '../../../tests/support/memory-store.ts'
import { createSecretVersions } from '../../secrets/secret-versions.ts'
import { createIntents } from '../intents.ts'

let data: TestDatabase
let intents: ReturnType<typeof createIntents>
let woken: string[]
let clusterId: string

beforeEach(() => {
  data = createTestDatabase()
  clusterId = data.writer.cluster('kubernetes', 'prod', { context: 'prod' })
  woken = []
  intents = createIntents({
    reader: data.reader,
    writer: data.writer,
    sources: {
      head: async () => ({ branch: 'main', sha: '1'.repeat(40) }),
      branches: async () => [],
      checkout: () => Promise.reject(new Error('an intent fetches nothing')),
    },
    driver: {
      hasArtifact: async () => true,
      findImage: () => Promise.reject(new Error('there is none')),
      addressOf: () => Promise.reject(new Error('there is none')),
    },
    secrets: createSecretVersions({ reader: data.reader, writer: data.writer, store: createMemoryStore() }),
    loginFor: async () => undefined,
    wake: id => woken.push(id),
    now: data.now,
  })
})
afterEach(() => data.close())

const ana = () => ({ userId: data.reader.userNamed('ana')?.id ?? '', name: 'ana', hasConsent: true })
const lines = () =>
  data.reader.activity({ limit: 50 }).map(({ verb, detail }) => (detail === '' ? verb : `${verb} ${detail}`))
const rowOf = (id: string) => data.reader.deploymentRow(id)
const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

function createLive(name = 'blog', on = clusterId): string {
  const id = data.deployment(name, on)
  const releaseId = data.release(id)
  data.writer.moveRelease(releaseId, 'releasing', 'live', { liveAt: data.now() })
  data.writer.changeDeployment(id, { targetReleaseId: releaseId, servingReleaseId: releaseId })
  for (const [from, to] of [
    ['idle', 'queued'],
    ['queued', 'live'],
  ] as const)
    data.writer.moveDeployment(id, from, to)
  return id
}

describe('scaling', () => {
  test('changes how many there should be, without a release, and wakes the queue', () => {
    const id = createLive()
    intents.scale(id, 3, ana())
    expect(rowOf(id)).toMatchObject({ instances: 3, status: 'live', run: 0 })
    expect(data.reader.releasesOf(id)).toHaveLength(1)
    expect(lines()).toEqual(['scale to 3 instances, from 1'])
    expect(woken).toEqual([id])
  })

  test('to what it has already says nothing', () => {
    const id = createLive()
    intents.scale(id, 1, ana())
    expect(lines()).toEqual([])
  })

  test('is refused on this computer, which runs one', () => {
    const id = createLive('here', data.reader.clusters().find(one => one.kind === 'local')?.id)
    expect(refusal(() => intents.scale(id, 2, ana()))).toBe('This computer runs one instance of an app.')
    expect(refusal(() => intents.scale(id, 1, ana()))).toBeUndefined()
  })
})

describe('another size', () => {
  test('is for the next release', () => {
    const id = createLive()
    expect(intents.resize(id, 'large', { apply: false }, ana())).toEqual({ applied: 'nothing' })
    expect(rowOf(id)?.size).toBe('large')
    expect(data.reader.releasesOf(id).map(({ size }) => size)).toEqual(['medium'])
    expect(lines()).toEqual(['changed size: Large'])
  })

  test('applied now, the same build is released with it', () => {
    const id = createLive()
    expect(intents.resize(id, 'large', { apply: true }, ana())).toEqual({ applied: 'release' })
    const [next, before] = data.reader.releasesOf(id)
    expect(next).toMatchObject({ number: 2, size: 'large', status: 'releasing', buildId: before?.buildId })
    expect(rowOf(id)).toMatchObject({ targetReleaseId: next?.id, run: 1 })
    expect(intents.resize(id, 'large', { apply: true }, ana())).toEqual({ applied: 'nothing' })
  })

  test('leaves the one of a release as it was: a rollback brings it back, and the number of instances stays', async () => {
    const id = createLive()
    const [first] = data.reader.releasesOf(id)
    intents.resize(id, 'large', { apply: true }, ana())
    const [second] = data.reader.releasesOf(id)
    data.writer.moveRelease(second?.id ?? '', 'releasing', 'live', { liveAt: data.now() })
    data.writer.changeDeployment(id, { servingReleaseId: second?.id ?? null })
    intents.scale(id, 3, ana())
    const { releaseId } = await intents.rollback(id, first?.id ?? '', ana())
    expect(data.reader.release(releaseId ?? '')?.size).toBe('medium')
    expect(rowOf(id)).toMatchObject({ size: 'large', instances: 3 })
  })

  test('is refused on this computer, where nothing bounds an app', () => {
    const id = createLive('here', data.reader.clusters().find(one => one.kind === 'local')?.id)
    expect(refusal(() => intents.resize(id, 'small', { apply: false }, ana()))).toMatch('nothing bounds')
  })
})

test('a new deployment has the size and the instances that were asked for, in a cluster only', async () => {
  const wish = {
    source: { kind: 'git', address: 'https://example.org/shop.git' },
    branch: '',
    port: null,
    planEdits: {},
  } as const
  const { id } = await intents.create(
    { ...wish, name: 'shop', clusterId, size: 'small', instances: 2 },
    ana(),
  )
  expect(rowOf(id)).toMatchObject({ size: 'small', instances: 2 })
  await expect(intents.create({ ...wish, name: 'here', instances: 2 }, ana())).rejects.toThrow('one instance')
})
