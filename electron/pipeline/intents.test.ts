import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { createMemoryStore } from '../../tests/support/memory-store.ts'
import { type ImageFacts, toFoundImage } from '../clusters/image-plan.ts'
import { createSecretVersions } from '../secrets/secret-versions.ts'
import type { SourceReader } from '../sources/source-reader.ts'
import { createIntents } from './intents.ts'

let data: TestDatabase
let intents: ReturnType<typeof createIntents>
let woken: string[]
let sha: string
let isThere: boolean | undefined
let store: ReturnType<typeof createMemoryStore>

beforeEach(() => {
  data = createTestDatabase()
  woken = []
  store = createMemoryStore()
  sha = '1'.repeat(40)
  isThere = true
  const sources: SourceReader = {
    head: async (_source, branch) => ({ branch: branch === '' ? 'main' : branch, sha }),
    branches: async () => [],
    checkout: () => Promise.reject(new Error('an intent fetches nothing')),
  }
  facts = { digest, ports: [80], createdAt: 7 }
  intents = createIntents({
    reader: data.reader,
    writer: data.writer,
    sources,
    driver: {
      hasArtifact: async () => isThere,
      findImage: async image => toFoundImage(image, facts),
      addressOf: async () => ({ host: 'blog-postgres-1', port: 5432 }),
    },
    secrets: createSecretVersions({ reader: data.reader, writer: data.writer, store }),
    loginFor: async () => undefined,
    wake: id => woken.push(id),
    now: data.now,
  })
})
afterEach(() => data.close())

const digest = `sha256:${'d'.repeat(64)}`
let facts: ImageFacts

const ana = () => ({ userId: data.reader.userNamed('ana')?.id ?? '', name: 'ana', hasConsent: true })
const wish = {
  source: { kind: 'git', address: 'https://example.org/blog.git' },
  branch: '',
  name: 'blog',
  port: null,
  planEdits: {},
} as const
const create = async () => intents.create(wish, ana())
const rowOf = (id: string) => data.reader.deploymentRow(id)
const buildsOf = (id: string) =>
  data.reader.buildsOf(id, 10).map(build => [build.status, build.commit.sha[0]])
const verbs = () => data.reader.activity({ limit: 50 }).map(line => line.verb)

const edit = (
  name: string,
  value?: string,
  more: { isSecret?: boolean; scope?: 'run' | 'build' | 'both' } = {},
) => ({
  name,
  scope: 'run' as const,
  isSecret: false,
  ...(value === undefined ? {} : { value }),
  ...more,
})
const save = (id: string, set: ReturnType<typeof edit>[], apply = false, remove: string[] = []) =>
  intents.saveVariables(id, { set, remove }, { apply }, ana())

/** A deployment whose first release is live, as the reconciler would leave it. */
async function createLive(): Promise<{ id: string; releaseId: string }> {
  const { id, buildId } = await create()
  data.writer.moveBuild(buildId, 'queued', 'cancelled')
  const releaseId = data.release(id)
  data.writer.moveRelease(releaseId, 'releasing', 'live', { liveAt: data.now() })
  data.writer.changeDeployment(id, {
    targetReleaseId: releaseId,
    servingReleaseId: releaseId,
    run: 1,
    firstRun: 1,
  })
  data.writer.moveDeployment(id, 'queued', 'live')
  woken.length = 0
  return { id, releaseId }
}

async function failureOf(work: () => unknown) {
  try {
    await work()
  } catch (error) {
    if (error instanceof SlipwayError) return error.failure
    throw error
  }
  throw new Error('it was not refused')
}

describe('create', () => {
  test('writes the project, the deployment, a queued build and two lines of history, and wakes the queue', async () => {
    const { id, buildId } = await create()
    expect(data.reader.deployment(id)).toMatchObject({
      name: 'blog',
      branch: 'main',
      status: 'queued',
      wanted: 'running',
      project: { name: 'blog', source: wish.source },
      latestBuild: { id: buildId, status: 'queued', commit: { sha }, requestedBy: 'ana' },
      serving: null,
    })
    expect(verbs()).toEqual(['deploy', 'created'])
    expect(woken).toEqual([id])
  })

  test('of a name that is taken is refused, and leaves no row', async () => {
    await create()
    const other = { ...wish, source: { kind: 'git', address: 'https://example.org/other.git' } as const }
    expect(await failureOf(() => intents.create(other, ana()))).toEqual({
      code: 'name_taken',
      message: 'There is a deployment called blog already.',
      hint: 'Choose another name, such as blog-2, or deploy that one again.',
    })
    expect(data.reader.deploymentIds()).toHaveLength(1)
    expect(data.database.sqlite.prepare('SELECT count(*) FROM projects').pluck().get()).toBe(1)
  })

  test('twice at the same time makes one', async () => {
    const both = await Promise.allSettled([create(), create()])
    expect(both.map(one => one.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(data.reader.names()).toEqual(['blog'])
  })

  test('of a second deployment of one source shares the project', async () => {
    await create()
    await intents.create({ ...wish, name: 'blog-2', branch: 'next' }, ana())
    const projects = data.reader.deployments().map(one => one.project.id)
    expect(new Set(projects).size).toBe(1)
  })

  test('needs the consent to run code on this computer, once', async () => {
    const asker = { ...ana(), hasConsent: false }
    expect(await failureOf(() => intents.create(wish, asker))).toMatchObject({ code: 'consent_required' })
    expect(data.reader.deploymentIds()).toEqual([])
    data.writer.setting('localConsentAt', data.now())
    await intents.create(wish, asker)
    expect(data.reader.names()).toEqual(['blog'])
  })

  test('offers the first free name', async () => {
    await create()
    expect([intents.freeName('blog'), intents.freeName('shop')]).toEqual(['blog-2', 'shop'])
  })
})

describe('deploy', () => {
  test('replaces a build that is still queued', async () => {
    const { id } = await create()
    sha = '2'.repeat(40)
    await intents.deploy(id, ana())
    expect(buildsOf(id)).toEqual([
      ['queued', '2'],
      ['cancelled', '1'],
    ])
    expect(rowOf(id)?.status).toBe('queued')
  })

  test('queues behind a build that runs', async () => {
    const { id, buildId } = await create()
    data.writer.moveBuild(buildId, 'queued', 'running', { startedAt: data.now() })
    data.writer.moveDeployment(id, 'queued', 'building')
    sha = '2'.repeat(40)
    await intents.deploy(id, ana())
    expect(buildsOf(id)).toEqual([
      ['queued', '2'],
      ['running', '1'],
    ])
    expect(rowOf(id)?.status).toBe('building')
  })

  test('forgets why the last one failed', async () => {
    const { id } = await createLive()
    data.writer.changeDeployment(id, { failure: { code: 'build_failed', message: 'm', hint: 'h' } })
    data.writer.moveDeployment(id, 'live', 'failed')
    await intents.deploy(id, ana())
    expect(rowOf(id)).toMatchObject({ failure: null, status: 'queued' })
  })

  test('takes the port and the plan as they are now', async () => {
    const { id } = await create()
    intents.update(id, { port: 4000, planEdits: { build: 'make' } }, ana())
    const { buildId } = await intents.deploy(id, ana())
    expect(data.reader.build(buildId)).toMatchObject({ port: 4000, planEdits: { build: 'make' } })
  })
})

describe('an image', () => {
  const image = {
    ...wish,
    source: { kind: 'image', address: 'docker.io/library/nginx' },
    branch: '1.27',
  } as const

  test('is deployed by the digest that its tag names then, and its tag is looked up anew each time', async () => {
    const { id, buildId } = await intents.create(image, ana())
    expect(rowOf(id)?.branch).toBe('1.27')
    expect(data.reader.build(buildId)).toMatchObject({ branch: '1.27', sha: 'd'.repeat(64) })
    facts = { ...facts, digest: digest.replaceAll('d', 'e') }
    const next = await intents.deploy(id, ana())
    expect(data.reader.build(next.buildId)?.sha).toBe('e'.repeat(64))
  })

  test.each([
    [[], 'The image does not say on which port it listens.'],
    [[80, 443], 'The image exposes several ports: 80, 443.'],
  ])('that exposes %j is refused until its port is set', async (ports, message) => {
    facts = { ...facts, ports }
    await expect(intents.create(image, ana())).rejects.toThrow(message)
    await intents.create({ ...image, port: 8080 }, ana())
  })

  test('has a name and a tag', async () => {
    await expect(intents.create({ ...image, branch: 'a b' }, ana())).rejects.toThrow(/is no image\.$/)
  })
})

describe('update', () => {
  test('takes no secret as a build argument, since it would stay in the image', async () => {
    const { id } = await create()
    const set = [{ name: 'TOKEN', value: 'hush', isSecret: true, scope: 'build' as const }]
    await intents.saveVariables(id, { set, remove: [] }, { apply: false }, ana())
    const planEdits = { arguments: { TOKEN: 'hush' } }
    expect(() => intents.update(id, { planEdits }, ana())).toThrow('The build argument TOKEN is a secret')
    expect(rowOf(id)?.planEdits).toEqual({})
  })

  test('changes what is named, and says so', async () => {
    const { id } = await create()
    intents.update(id, { branch: 'next', port: undefined }, ana())
    expect(rowOf(id)).toMatchObject({ branch: 'next', port: null, keepsRunning: false })
    expect(data.reader.activity({ limit: 1 })[0]).toMatchObject({ verb: 'changed', detail: 'branch' })
  })

  test('of nothing leaves no line', async () => {
    const { id } = await create()
    intents.update(id, { branch: undefined }, ana())
    expect(verbs()).toEqual(['deploy', 'created'])
  })
})

describe('cancelling a build', () => {
  test('that is queued ends it at once', async () => {
    const { id, buildId } = await create()
    intents.cancelBuild(buildId)
    expect(buildsOf(id)).toEqual([['cancelled', '1']])
    expect(woken).toEqual([id, id])
  })

  test('that runs is a wish, kept in its row', async () => {
    const { buildId } = await create()
    data.writer.moveBuild(buildId, 'queued', 'running')
    intents.cancelBuild(buildId)
    expect(data.reader.build(buildId)).toMatchObject({
      status: 'running',
      cancelRequestedAt: expect.any(Number),
    })
  })

  test('that has ended changes nothing', async () => {
    const { buildId } = await create()
    data.writer.moveBuild(buildId, 'queued', 'cancelled')
    const before = data.reader.build(buildId)
    intents.cancelBuild(buildId)
    expect(data.reader.build(buildId)).toEqual(before)
  })

  test('that is not there is refused', async () => {
    expect(await failureOf(() => intents.cancelBuild('nothing'))).toMatchObject({ code: 'not_found' })
  })
})

describe('rollback', () => {
  test('makes a new release of the old artifact, without a build, as the next run', async () => {
    const { id, releaseId } = await createLive()
    const { releaseId: made } = await intents.rollback(id, releaseId, ana())
    const earlier = data.reader.release(releaseId)
    expect(data.reader.release(made ?? '')).toMatchObject({
      number: 2,
      rollbackTo: 1,
      status: 'releasing',
      buildId: earlier?.buildId,
    })
    expect(rowOf(id)).toMatchObject({
      targetReleaseId: made,
      servingReleaseId: releaseId,
      run: 2,
      firstRun: 2,
    })
    expect(data.reader.unfinishedBuilds(id)).toEqual([])
  })

  test('overtakes a release that is on its way', async () => {
    const { id, releaseId } = await createLive()
    const onItsWay = data.release(id)
    data.writer.changeDeployment(id, { targetReleaseId: onItsWay })
    await intents.rollback(id, releaseId, ana())
    expect(data.reader.releasesOf(id).map(one => one.status)).toEqual(['releasing', 'retired', 'live'])
  })

  test('to a release that was never live, or is of another deployment, is refused', async () => {
    const { id, releaseId } = await createLive()
    const neverLive = data.release(id)
    const refusal = {
      code: 'conflict',
      message: 'This release was never live, so there is nothing to roll back to.',
      hint: 'Choose a release that was live.',
    }
    expect(await failureOf(() => intents.rollback(id, neverLive, ana()))).toEqual(refusal)
    const other = data.deployment('shop')
    expect(await failureOf(() => intents.rollback(other, releaseId, ana()))).toEqual(refusal)
    expect(data.reader.releasesOf(id)).toHaveLength(2)
  })

  /** Live releases after the first, the newest of them serving. */
  function releaseMore(id: string, first: string, count: number): void {
    data.writer.moveRelease(first, 'live', 'retired', { endedAt: data.now() })
    for (let n = 0; n < count; n++) {
      const next = data.release(id)
      data.writer.moveRelease(next, 'releasing', 'live', { liveAt: data.now() })
      data.writer.changeDeployment(id, { targetReleaseId: next, servingReleaseId: next })
      if (n < count - 1) data.writer.moveRelease(next, 'live', 'retired', { endedAt: data.now() })
    }
  }

  test('to a release whose artifact is kept no more builds its commit again, as it was built then', async () => {
    const { id, releaseId } = await createLive()
    await save(id, [edit('LEVEL', '2', { scope: 'both' })])
    intents.update(id, { port: 4000, planEdits: { build: 'make' } }, ana())
    releaseMore(id, releaseId, 3)
    const { buildId, releaseId: made } = await intents.rollback(id, releaseId, ana())
    const earlier = data.reader.release(releaseId)
    expect(made).toBeNull()
    expect(data.reader.build(buildId ?? '')).toMatchObject({
      status: 'queued',
      sha: earlier?.build.sha,
      branch: earlier?.build.branch,
      port: null,
      planEdits: {},
      variables: [],
      isFresh: false,
      rollbackTo: 1,
    })
    expect(data.reader.releasesOf(id)).toHaveLength(4)
    expect(verbs()[0]).toBe('rollback')
    expect(rowOf(id)?.status).toBe('queued')
  })

  test('to an artifact that somebody deleted builds too; one that cannot be asked for is started', async () => {
    const { id, releaseId } = await createLive()
    isThere = false
    expect(await intents.rollback(id, releaseId, ana())).toMatchObject({ releaseId: null })
    isThere = undefined
    expect(await intents.rollback(id, releaseId, ana())).toMatchObject({ buildId: null })
  })

  test('to files of a folder that have changed since is refused, and changes nothing', async () => {
    const source = { kind: 'folder', address: '/srv/app' } as const
    const { id, buildId } = await intents.create({ ...wish, source }, ana())
    data.writer.moveBuild(buildId, 'queued', 'cancelled')
    const releaseId = data.release(id)
    data.writer.moveRelease(releaseId, 'releasing', 'live', { liveAt: data.now() })
    releaseMore(id, releaseId, 3)
    sha = '2'.repeat(40)
    expect(await failureOf(() => intents.rollback(id, releaseId, ana()))).toEqual({
      code: 'conflict',
      message:
        'Release #1 cannot be built again: the files in the folder have changed since, and what it ran was deleted.',
      hint: 'Choose a release that starts at once; or put the files back as they were, and roll back again.',
    })
    expect(data.reader.unfinishedBuilds(id)).toEqual([])
    sha = data.reader.release(releaseId)?.build.sha ?? ''
    expect(await intents.rollback(id, releaseId, ana())).toMatchObject({ releaseId: null })
  })

  test('artifacts of three releases that were live are kept, and what serves, and the newest', async () => {
    const { id, releaseId } = await createLive()
    releaseMore(id, releaseId, 4)
    const numbers = () => {
      const kept = data.reader.artifactsOf(id)
      return data.reader
        .releasesOf(id)
        .filter(one => kept.includes(data.reader.build(one.buildId)?.artifact ?? ''))
        .map(one => one.number)
    }
    expect(numbers()).toEqual([5, 4, 3])
    data.writer.moveRelease(data.release(id), 'releasing', 'failed')
    data.writer.moveRelease(data.release(id), 'releasing', 'failed')
    expect(numbers()).toEqual([7, 5, 4, 3])
    data.writer.changeDeployment(id, { servingReleaseId: releaseId })
    expect(numbers()).toEqual([7, 5, 4, 3, 1])
  })

  test('in a cluster the artifacts of ten are kept', async () => {
    const clusterId = data.writer.cluster('kubernetes', 'home')
    const { id, buildId } = await intents.create({ ...wish, clusterId }, ana())
    data.writer.moveBuild(buildId, 'queued', 'cancelled')
    const first = data.release(id)
    data.writer.moveRelease(first, 'releasing', 'live', { liveAt: data.now() })
    releaseMore(id, first, 11)
    expect(data.reader.artifactsOf(id)).toHaveLength(10)
  })
})

describe('restart, stop and start', () => {
  test('restart is the next run, and crashes count anew', async () => {
    const { id } = await createLive()
    data.writer.changeDeployment(id, { run: 5, firstRun: 2 })
    intents.restart(id, ana())
    expect(rowOf(id)).toMatchObject({ run: 6, firstRun: 6, wanted: 'running' })
  })

  test('stop ends builds too; start runs the release again', async () => {
    const { id } = await createLive()
    const { buildId } = await intents.deploy(id, ana())
    intents.stop(id, ana())
    expect(data.reader.build(buildId)?.status).toBe('cancelled')
    expect(rowOf(id)).toMatchObject({ wanted: 'stopped', run: 1 })
    intents.start(id, ana())
    expect(rowOf(id)).toMatchObject({ wanted: 'running', run: 2, firstRun: 2 })
  })

  test('start of what runs does nothing', async () => {
    const { id } = await createLive()
    intents.start(id, ana())
    expect(rowOf(id)).toMatchObject({ run: 1 })
    expect(verbs()).not.toContain('start')
  })

  test('start of what was given up runs it again', async () => {
    const { id } = await createLive()
    data.writer.changeDeployment(id, { failure: { code: 'app_crashed', message: 'm', hint: 'h' } })
    intents.start(id, ana())
    expect(rowOf(id)).toMatchObject({ run: 2, firstRun: 2, failure: null })
  })

  test('what has no release cannot be started', async () => {
    const { id } = await create()
    for (const verb of ['start', 'restart'] as const) {
      expect(await failureOf(() => intents[verb](id, ana()))).toEqual({
        code: 'conflict',
        message: 'blog has no release that could run yet.',
        hint: 'Deploy it first.',
      })
    }
  })
})

describe('remove', () => {
  test('asks for the name', async () => {
    const { id } = await createLive()
    expect(await failureOf(() => intents.remove(id, 'blgo', ana()))).toEqual({
      code: 'invalid_input',
      message: 'The name does not match: this deployment is called blog.',
      hint: 'Type the name as it is shown.',
    })
    expect(rowOf(id)?.wanted).toBe('running')
  })

  test('cancels builds and keeps the rows for the reconciler; asked again, it only wakes', async () => {
    const { id, buildId } = await create()
    data.writer.moveBuild(buildId, 'queued', 'running')
    intents.remove(id, 'blog', ana())
    expect(rowOf(id)).toMatchObject({ wanted: 'removed', status: 'removing' })
    expect(data.reader.build(buildId)?.cancelRequestedAt).not.toBeNull()
    intents.remove(id, 'blog', ana())
    expect(verbs().filter(verb => verb === 'remove')).toHaveLength(1)
    expect(woken).toEqual([id, id, id])
  })

  test('lets nothing else be asked of it', async () => {
    const { id, releaseId } = await createLive()
    intents.remove(id, 'blog', ana())
    for (const work of [
      () => intents.deploy(id, ana()),
      () => intents.stop(id, ana()),
      () => intents.restart(id, ana()),
      () => intents.rollback(id, releaseId, ana()),
      () => intents.update(id, { branch: 'next' }, ana()),
    ]) {
      expect(await failureOf(work)).toMatchObject({ code: 'not_found', message: 'blog is being removed.' })
    }
  })
})

describe('variables', () => {
  const variablesOf = (id: string) =>
    data.reader
      .variablesOf(id)
      .map(one => [one.name, one.scope, one.value ?? store.values.get(one.secretVersion ?? '')])

  test('are set, changed, kept and removed in one go, and the history names them', async () => {
    const { id } = await createLive()
    await save(id, [edit('A', '1'), edit('B', 'hidden', { isSecret: true })])
    expect(variablesOf(id)).toEqual([
      ['A', 'run', '1'],
      ['B', 'run', 'hidden'],
    ])
    await save(id, [edit('A', '2'), edit('B', undefined, { isSecret: true, scope: 'both' })], false, ['C'])
    expect(variablesOf(id)).toEqual([
      ['A', 'run', '2'],
      ['B', 'both', 'hidden'],
    ])
    await save(id, [], false, ['A'])
    expect(variablesOf(id)).toEqual([['B', 'both', 'hidden']])
    expect(data.reader.activity({ limit: 1 })[0]).toMatchObject({ verb: 'changed', detail: 'variables: A' })
  })

  test('of a secret the database never has the value', async () => {
    const { id } = await createLive()
    await save(id, [edit('KEY', 'planted-value', { isSecret: true })], true)
    const dump = ['variables', 'secret_versions', 'releases', 'builds', 'activity'].map(table =>
      data.database.sqlite.prepare(`SELECT * FROM ${table}`).all(),
    )
    expect(JSON.stringify(dump)).not.toContain('planted-value')
    expect([...store.values.values()]).toEqual(['planted-value'])
  })

  test('applied now are a new release of the same build', async () => {
    const { id, releaseId } = await createLive()
    expect(await save(id, [edit('A', '1')], true)).toEqual({ applied: 'release' })
    const target = data.reader.release(rowOf(id)?.targetReleaseId ?? '')
    expect(target).toMatchObject({
      buildId: data.reader.release(releaseId)?.buildId,
      rollbackTo: null,
      variables: [{ name: 'A', scope: 'run', value: '1' }],
    })
  })

  test('that the build knows are applied by a build of the same commit', async () => {
    const { id } = await createLive()
    expect(await save(id, [edit('VITE_A', '1', { scope: 'build' })], true)).toEqual({ applied: 'build' })
    expect(data.reader.unfinishedBuilds(id)).toMatchObject([
      { status: 'queued', sha: 'a'.repeat(40), variables: [{ name: 'VITE_A', scope: 'build', value: '1' }] },
    ])
  })

  test('that are as they were have nothing to apply', async () => {
    const { id } = await createLive()
    await save(id, [edit('A', '1')], true)
    data.writer.changeDeployment(id, { servingReleaseId: rowOf(id)?.targetReleaseId ?? null })
    expect(await save(id, [edit('A', '1')], true)).toEqual({ applied: 'nothing' })
  })

  test('a version of a secret goes when nothing names it, and not before', async () => {
    const { id } = await createLive()
    await save(id, [edit('KEY', 'one', { isSecret: true })], true)
    await save(id, [edit('KEY', 'two', { isSecret: true })])
    expect([...store.values.values()]).toEqual(['one', 'two'])
    await save(id, [edit('KEY', 'three', { isSecret: true })])
    expect([...store.values.values()]).toEqual(['one', 'three'])
    data.writer.removeDeployment(id)
    const other = await intents.create({ ...wish, name: 'other' }, ana())
    await intents.saveVariables(other.id, { set: [], remove: [] }, { apply: false }, ana())
    expect([...store.values.values()]).toEqual([])
  })

  test('a secret without a value, and more than 128 KiB, are refused and nothing is changed', async () => {
    const { id } = await createLive()
    expect(await failureOf(() => save(id, [edit('KEY', undefined, { isSecret: true })]))).toMatchObject({
      code: 'invalid_input',
      message: 'KEY has no value.',
    })
    const half = 'x'.repeat(70 * 1024)
    expect(await failureOf(() => save(id, [edit('A', half), edit('B', half)]))).toMatchObject({
      code: 'invalid_input',
      message: 'All variables together have more than 128 KiB.',
    })
    expect(variablesOf(id)).toEqual([])
  })

  test('a rollback brings back the variables of the release', async () => {
    const { id, releaseId } = await createLive()
    await save(id, [edit('KEY', 'new', { isSecret: true })], true)
    const { releaseId: back } = await intents.rollback(id, releaseId, ana())
    expect(data.reader.release(back ?? '')?.variables).toEqual([])
  })

  test('builds of the same things have the same fingerprint, others do not', async () => {
    const { id } = await createLive()
    const fingerprintOf = async (more: { isFresh?: boolean } = {}) =>
      data.reader.build((await intents.deploy(id, ana(), more)).buildId)?.fingerprint
    const first = await fingerprintOf()
    expect(await fingerprintOf()).toBe(first)
    await save(id, [edit('A', '1')])
    expect(await fingerprintOf()).toBe(first)
    await save(id, [edit('B', '1', { scope: 'both' })])
    const second = await fingerprintOf()
    expect(second).not.toBe(first)
    intents.update(id, { planEdits: { healthPath: '/healthz' } }, ana())
    expect(await fingerprintOf()).toBe(second)
    intents.update(id, { planEdits: { build: 'make' } }, ana())
    expect(await fingerprintOf()).not.toBe(second)
  })
})
