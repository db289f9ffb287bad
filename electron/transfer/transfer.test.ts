import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mostExportBytes } from '../../shared/domain/export-file.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Following } from '../../shared/domain/following.ts'
import { createTestDatabase, type TestDatabase } from '../../tests/support/database.ts'
import { createFileStore } from '../secrets/file-store.ts'
import { createSecretVersions } from '../secrets/secret-versions.ts'
import { createTransfer } from './transfer.ts'

/** A platform's data with a file of secrets beside it. */
function createSide() {
  const data: TestDatabase = createTestDatabase()
  const { reader, writer, now } = data
  const store = createFileStore(data.folder)
  const secrets = createSecretVersions({ reader, writer, store })
  const told: (readonly string[])[] = []
  let collecting = Promise.resolve()
  const transfer = createTransfer({
    reader,
    writer,
    secrets,
    collect: () => {
      collecting = secrets.collect()
    },
    changed: ids => told.push(ids),
    now,
  })
  return {
    ...data,
    transfer,
    told,
    collected: () => collecting,
    idOf: (name: string) => reader.deploymentNamed(name)?.id ?? '',
    plain: (deploymentId: string, name: string, value: string) =>
      writer.variable({ deploymentId, name, scope: 'both', value, secretVersion: null }),
    secret: (deploymentId: string, name: string, value: string) =>
      secrets.keep(new Map([[name, value]]), versions =>
        writer.variable({
          deploymentId,
          name,
          scope: 'run',
          value: null,
          secretVersion: versions.get(name) ?? null,
        }),
      ),
    async variablesOf(name: string) {
      const rows = reader.variablesOf(this.idOf(name))
      const { variables } = await secrets.resolve(
        rows.map(({ name, scope, value, secretVersion }) =>
          secretVersion === null ? { name, scope, value: value ?? '' } : { name, scope, secretVersion },
        ),
      )
      return variables
    },
  }
}

let here: ReturnType<typeof createSide>
let there: ReturnType<typeof createSide>
const ana = { name: 'ana' }
const passphrase = 'correct horse battery'
const planted = 'planted-s3cret/value'
const following: Following = { push: { paths: ['apps/web'] }, isUntold: true, hasPreviews: true }

beforeEach(async () => {
  here = createSide()
  there = createSide()
  const blog = here.deployment('blog')
  here.writer.changeDeployment(blog, {
    port: 4000,
    planEdits: { build: 'make', healthPath: '/healthz' },
    keepsRunning: true,
    keptFolders: ['data'],
    size: 'large',
    instances: 3,
  })
  here.writer.follow(blog, following, { branch: 'main', sha: 'a' })
  here.plain(blog, 'TITLE', 'Blog')
  await here.secret(blog, 'API_TOKEN', planted)
  const bea = here.writer.user('bea')
  here.writer.giveProject(here.reader.deploymentRow(here.deployment('shop'))?.projectId ?? '', bea)
  here.writer.setting('keepsRunning', true)
})
afterEach(() => {
  here.close()
  there.close()
})

async function failureOf(work: () => unknown) {
  try {
    await work()
  } catch (error) {
    if (error instanceof SlipwayError) return error.failure
    throw error
  }
  throw new Error('it was not refused')
}
const outcomes = (report: { deployments: { name: string; outcome: string; missing: string[] }[] }) =>
  report.deployments.map(({ name, outcome, missing }) => [name, outcome, missing])

describe('with secrets', () => {
  test('all arrives as it was, nothing is started, and the secrets have their values', async () => {
    const { text, ...counts } = await here.transfer.export(passphrase, ana)
    expect(counts).toEqual({ deployments: 2, secrets: 1 })
    const seen = there.transfer.inspect(text)
    const report = await there.transfer.import(text, passphrase, ana)
    expect(report).toEqual(seen)
    expect(report).toMatchObject({
      isSealed: true,
      users: { added: ['bea'], kept: ['ana'] },
      projects: { added: 2, kept: 0 },
      takesSettings: true,
    })
    expect(outcomes(report)).toEqual([
      ['blog', 'added', []],
      ['shop', 'added', []],
    ])
    const { id: _id, project, ...blog } = there.reader.deployment(there.idOf('blog')) ?? {}
    expect({ ...blog, source: project?.source }).toMatchObject({
      status: 'idle',
      branch: 'main',
      port: 4000,
      planEdits: { build: 'make', healthPath: '/healthz' },
      keepsRunning: true,
      latestBuild: null,
      owner: { name: 'ana' },
      source: { kind: 'git', address: 'https://example.org/blog.git' },
    })
    expect(there.reader.followingOf(there.idOf('blog'))).toEqual(following)
    expect(there.reader.followingOf(there.idOf('shop'))).toEqual({})
    expect(there.reader.deploymentRow(there.idOf('blog'))).toMatchObject({
      keptFolders: ['data'],
      size: 'large',
      instances: 3,
    })
    expect(there.reader.deployment(there.idOf('shop'))?.owner.name).toBe('bea')
    expect(await there.variablesOf('blog')).toEqual({ TITLE: 'Blog', API_TOKEN: planted })
    expect(there.reader.settings().keepsRunning).toBe(true)
    expect(there.told).toEqual([[there.idOf('blog'), there.idOf('shop')]])
    const history = there.reader.activity({ limit: 10 }).map(one => [one.user, one.verb, one.deployment])
    expect(history.toReversed()).toEqual([
      ['ana', 'user_added', null],
      ['ana', 'imported', 'blog'],
      ['ana', 'imported', 'shop'],
    ])
  })

  test('the same file twice makes nothing twice', async () => {
    const { text } = await here.transfer.export(passphrase, ana)
    await there.transfer.import(text, passphrase, ana)
    await there.collected()
    const rowsOf = () =>
      ['users', 'projects', 'deployments', 'variables', 'secret_versions', 'activity', 'settings'].map(
        table => there.database.sqlite.prepare(`SELECT * FROM ${table}`).all(),
      )
    const before = rowsOf()
    const again = await there.transfer.import(text, passphrase, ana)
    await there.collected()
    expect(outcomes(again)).toEqual([
      ['blog', 'kept', []],
      ['shop', 'kept', []],
    ])
    expect(rowsOf()).toEqual(before)
  })

  test('the value is neither in the file nor in what is on disk, and the passphrase is nowhere', async () => {
    const { text } = await here.transfer.export(passphrase, ana)
    await there.transfer.import(text, passphrase, ana)
    const forms = [planted, Buffer.from(planted).toString('base64').replace(/=+$/, ''), passphrase]
    expect(forms.filter(form => text.includes(form))).toEqual([])
    for (const { folder } of [here, there]) {
      const found = readdirSync(folder).filter(name => {
        const bytes = readFileSync(join(folder, name))
        return forms.some(form => bytes.includes(form))
      })
      expect(found).toEqual([])
    }
  })

  test('a wrong passphrase imports nothing', async () => {
    const { text } = await here.transfer.export(passphrase, ana)
    const failure = await failureOf(() => there.transfer.import(text, 'wrong horse battery', ana))
    expect(failure.code).toBe('passphrase_wrong')
    expect(there.reader.names()).toEqual([])
    expect(there.reader.users()).toHaveLength(1)
    expect(there.told).toEqual([])
  })

  test('a passphrase that is soon guessed is not taken', async () => {
    const failure = await failureOf(() => here.transfer.export('horse', ana))
    expect(failure).toMatchObject({ code: 'invalid_input', hint: expect.stringContaining('10 characters') })
  })
})

describe('without secrets', () => {
  test('they are named as missing, and come with a later import that has them', async () => {
    const { text } = await here.transfer.export(null, ana)
    expect(text).not.toContain(planted)
    const report = await there.transfer.import(text, null, ana)
    expect(outcomes(report)).toEqual([
      ['blog', 'added', ['API_TOKEN']],
      ['shop', 'added', []],
    ])
    expect(await there.variablesOf('blog')).toEqual({ TITLE: 'Blog' })
    const [, line] = there.reader.activity({ limit: 2 })
    expect(line).toMatchObject({ verb: 'imported', deployment: 'blog', detail: 'secrets to set: API_TOKEN' })

    const sealed = await here.transfer.export(passphrase, ana)
    expect(outcomes(await there.transfer.import(sealed.text, null, ana))[0]).toEqual([
      'blog',
      'kept',
      ['API_TOKEN'],
    ])
    there.plain(there.idOf('blog'), 'TITLE', 'Changed here')
    expect(outcomes(await there.transfer.import(sealed.text, passphrase, ana))[0]).toEqual([
      'blog',
      'kept',
      [],
    ])
    expect(await there.variablesOf('blog')).toEqual({ TITLE: 'Changed here', API_TOKEN: planted })
  })

  test('the same state gives the same file, but for when it was made', async () => {
    const contentsOf = (text: string) => ({ ...JSON.parse(text), madeAt: 0 })
    const first = await here.transfer.export(null, ana)
    const second = await here.transfer.export(null, ana)
    expect(contentsOf(second.text)).toEqual(contentsOf(first.text))
    await there.transfer.import(first.text, null, ana)
    const { contents } = JSON.parse((await there.transfer.export(null, ana)).text)
    const expected = JSON.parse(first.text).contents
    expected.projects[0].deployments[0].variables.shift()
    expect(contents).toEqual(expected)
  })
})

test('a name that another deployment has here is left out, with whose it is', async () => {
  const { text } = await here.transfer.export(passphrase, ana)
  there.writer.deployment({
    projectId: there.writer.project({
      ownerId: there.reader.userNamed('ana')?.id ?? '',
      name: 'blog',
      source: { kind: 'folder', address: '/home/ana/other' },
    }),
    clusterId: there.reader.clusters()[0]?.id ?? '',
    name: 'blog',
    branch: '',
    port: null,
    planEdits: {},
    keepsRunning: false,
  })
  const report = await there.transfer.import(text, passphrase, ana)
  expect(report.deployments[0]).toMatchObject({
    name: 'blog',
    outcome: 'left_out',
    note: expect.stringContaining("ana's, of /home/ana/other."),
  })
  expect(report.takesSettings).toBe(false)
  expect(there.reader.settings().keepsRunning).toBe(false)
  expect(await there.variablesOf('blog')).toEqual({})
  expect(there.reader.names().toSorted()).toEqual(['blog', 'shop'])
})

test('previews are not exported: their requests make them again', async () => {
  const blog = here.idOf('blog')
  const { projectId = '', clusterId = '' } = here.reader.deploymentRow(blog) ?? {}
  const described = { projectId, clusterId, port: null, planEdits: {}, keepsRunning: false }
  const preview = here.writer.deployment({ ...described, name: 'blog-pr-7', branch: 'refs/pull/7/head' })
  const request = { number: 7, title: 'More', url: 'https://github.com/ana/blog/pull/7', isFork: false }
  here.writer.followRequest(preview, { ...request, parentId: blog, pushedAt: 1 }, 'a')
  expect(here.reader.previewRecordOf(preview)).toEqual({ ...request, parentId: blog, pushedAt: 1 })
  const { text } = await here.transfer.export(null, ana)
  expect(outcomes(there.transfer.inspect(text)).map(([name]) => name)).toEqual(['blog', 'shop'])
})

test('a record that calls it the preview of another project is not believed', () => {
  const request = { number: 7, title: 'More', url: 'https://github.com/ana/blog/pull/7', isFork: false }
  here.writer.followRequest(here.idOf('shop'), { ...request, parentId: here.idOf('blog'), pushedAt: 1 }, 'a')
  here.writer.followRequest(here.idOf('shop'), { ...request, parentId: 'nobody', pushedAt: 1 }, 'a')
  expect(here.reader.previewRecordOf(here.idOf('shop'))).toBeUndefined()
})

describe('what is not whole is refused, and nothing is done', () => {
  const importing = (text: string) => failureOf(() => there.transfer.import(text, passphrase, ana))
  const damaged = 'The file is damaged, or was changed after it was exported.'
  afterEach(() => {
    expect(there.reader.names()).toEqual([])
    expect(there.reader.users()).toHaveLength(1)
  })

  test('bytes that were changed, wherever they are', async () => {
    const { text } = await here.transfer.export(passphrase, ana)
    const file = JSON.parse(text)
    const other = (base64: string) => `${base64.startsWith('A') ? 'B' : 'A'}${base64.slice(1)}`
    const changed = [
      text.replace('example.org/blog', 'example.net/blog'),
      text.slice(0, text.length / 2),
      text.replace(file.secrets.data, other(file.secrets.data)),
      text.replace(file.secrets.iv, other(file.secrets.iv)),
      text.replace(file.secrets.tag, other(file.secrets.tag)),
      text.replace('"format": 1', '"format": 0.5'),
    ]
    const messages = await Promise.all(changed.map(async one => (await importing(one)).message))
    expect(messages).toEqual([
      ...Array.from({ length: 5 }, () => damaged),
      'The file is no export of Slipway.',
    ])
  })

  test('a source that was changed with a digest to match does not get the secrets of the other', async () => {
    const { text } = await here.transfer.export(passphrase, ana)
    const elsewhere = createSide()
    const blog = elsewhere.writer.deployment({
      projectId: elsewhere.writer.project({
        ownerId: elsewhere.reader.userNamed('ana')?.id ?? '',
        name: 'blog',
        source: { kind: 'git', address: 'https://example.net/evil.git' },
      }),
      clusterId: elsewhere.reader.clusters()[0]?.id ?? '',
      name: 'blog',
      branch: 'main',
      port: null,
      planEdits: {},
      keepsRunning: false,
    })
    await elsewhere.secret(blog, 'API_TOKEN', 'other')
    const forged = (await elsewhere.transfer.export(null, ana)).text
    elsewhere.close()
    const mixed = { ...JSON.parse(forged), secrets: JSON.parse(text).secrets }
    expect((await importing(JSON.stringify(mixed))).message).toBe(damaged)
  })

  test('a file that asks for the memory of a whole computer', async () => {
    const { text } = await here.transfer.export(passphrase, ana)
    const file = JSON.parse(text)
    file.secrets.kdf.cost = 2 ** 30
    expect((await importing(JSON.stringify(file))).message).toBe(damaged)
  })

  test('parts that do not fit together', async () => {
    const { toDigest } = await import('./export-text.ts')
    const { text } = await here.transfer.export(null, ana)
    const file = JSON.parse(text)
    const importingContents = (contents: object) =>
      importing(JSON.stringify({ ...file, contents, digest: toDigest(contents) }))
    expect((await importingContents({ ...file.contents, users: ['bea'] })).message).toBe(damaged)
    file.contents.projects[0].deployments[0].keptFolders = ['../../.ssh']
    expect((await importingContents(file.contents)).message).toBe(damaged)
  })

  test.each([
    ['nothing', '', 'The file is no export of Slipway.'],
    ['something else', '{"name":"slipway"}', 'The file is no export of Slipway.'],
    ['a newer one', '{"kind":"slipway export","format":2}', 'The file was exported by a newer Slipway.'],
    [
      'too much',
      ' '.repeat(mostExportBytes + 1),
      'The file is larger than 4 MiB, and no export of Slipway is.',
    ],
  ])('%s', async (_what, text, message) => {
    expect((await importing(text)).message).toBe(message)
    expect((await failureOf(() => there.transfer.inspect(text))).message).toBe(message)
  })
})
