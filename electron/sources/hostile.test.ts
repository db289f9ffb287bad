import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toFailure } from '../../shared/domain/failure.ts'
import type { Source } from '../../shared/domain/records.ts'
import { type GitRepository, type GitServer, startGitServer } from '../../tests/support/git-server.ts'
import { createSourceReader } from './git.ts'

let server: GitServer
let folder: string
let trap: string
let count = 0
const reader = createSourceReader()

beforeAll(async () => {
  server = await startGitServer()
  folder = await realpath(await mkdtemp(join(tmpdir(), 'slipway-hostile-')))
  trap = join(folder, 'trap')
})
afterAll(async () => {
  expect(existsSync(trap)).toBe(false)
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const toSource = (address: string): Source => ({ kind: 'git', address })

/** A checkout in a folder of its own, below one in which nothing else may appear. */
async function checkout(address: string, branch = 'main') {
  const outside = join(folder, `checkout-${++count}`)
  const target = join(outside, 'inner')
  const source = toSource(address)
  const made = await reader
    .head(source, branch)
    .then(head => reader.checkout({ source, ...head, folder: target }))
    .then(
      commit => ({ commit, failure: undefined }),
      error => ({ commit: undefined, failure: toFailure(error) }),
    )
  return { target, outside: existsSync(outside) ? await readdir(outside) : [], ...made }
}

const identity = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a',
}

/** Git below its own checks, in the repository of the server. */
const forgeGit = (repository: GitRepository, args: string[], input?: string): string =>
  execFileSync('git', ['-C', repository.folder, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...identity },
    ...(input === undefined ? {} : { input }),
  }).trim()

/** A repository whose tree git itself would not write. Entries: mode, name, and a file's text or an object's name. */
async function forge(entries: readonly (readonly [mode: string, name: string, content: string])[]) {
  const repository = await server.createRepository(`forged-${++count}`, { 'a.txt': 'a' })
  const kinds: Record<string, string> = { '040000': 'tree', '160000': 'commit' }
  const lines = entries.map(([mode, name, content]) => {
    const kind = kinds[mode] ?? 'blob'
    const object = kind === 'blob' ? forgeGit(repository, ['hash-object', '-w', '--stdin'], content) : content
    return `${mode} ${kind} ${object || forgeGit(repository, ['rev-parse', 'main^{tree}'])}\t${name}\n`
  })
  const tree = forgeGit(repository, ['mktree', '--missing'], lines.join(''))
  const commit = forgeGit(repository, ['commit-tree', tree, '-m', 'Forged'])
  forgeGit(repository, ['update-ref', 'refs/heads/main', commit])
  return repository
}

test.each([
  '--upload-pack=touch trap',
  '-oProxyCommand=touch trap',
  'ext::sh -c "touch trap"',
  'fd::17/foo',
  'foo::bar',
  'ssh://-oProxyCommand=touch%20trap/x',
  'git@-oProxyCommand=x:y',
  'file:///x\n--upload-pack=y',
  'http://host/\u0000x',
])('the address %j is refused before git sees it', async address => {
  expect((await checkout(address)).failure).toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('is not an address that git can read from'),
  })
})

test.each([
  '--upload-pack=touch trap',
  '-x',
  'a..b',
  'a b',
  'x^',
  'x:y',
  '@{u}',
  'a.lock',
  '/a',
  'a/',
  'a\u0000b',
  'a\u001bb',
  'a\nb',
])('the branch %j is refused before git sees it', async branch => {
  const failure = await reader.head(toSource(server.url('any')), branch).catch(toFailure)
  expect(failure).toMatchObject({
    code: 'invalid_input',
    hint: 'Choose one of the branches of the repository.',
  })
})

test.each([
  'feature/ünï-çødé/🚀',
  'a/b/c.d_e-f',
  '#%&=+,;',
  'ab@c',
  `quote'"$(touch\${IFS}trap)`,
  'x'.repeat(200),
])('a branch called %j is deployed', async branch => {
  const repository = await server.createRepository(`branch-${++count}`, { 'a.txt': 'a' })
  await repository.checkout(branch)
  await repository.commit({ 'a.txt': 'of the branch' }, 'On the branch')
  const { failure, target } = await checkout(repository.url, branch)
  expect(failure).toBeUndefined()
  expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('of the branch')
})

test('files with odd names come as they are', async () => {
  const names = [
    ...['-rf', '--help', 'with space', 'new\nline', 'tab\t', `quote'"`, 'ünïcode', '🚀.txt', '$(touch trap)'],
    ...['back\\slash', '*', 'a;b', 'CON', 'x'.repeat(250), `${'deep/'.repeat(100)}file`],
  ]
  const files = Object.fromEntries(names.map(name => [name, name]))
  const { failure, target } = await checkout((await server.createRepository('odd-names', files)).url)
  expect(failure).toBeUndefined()
  for (const name of names) expect(readFileSync(join(target, name), 'utf8')).toBe(name)
})

describe('a submodule', () => {
  const entry = (name: string, path: string, url: string) =>
    `[submodule "${name}"]\n\tpath = ${path}\n\turl = ${url}\n`

  test.each([
    ['whose path leads out', 'x', '../../escaped', 'URL'],
    ['whose name leads out', '../../../escaped', 'sub', 'URL'],
    ['whose path is an option', 'x', '-sub', 'URL'],
    ["whose path is git's folder", 'x', '.git/hooks', 'URL'],
    ["whose path is git's folder where case is ignored", 'x', '.GIT/hooks', 'URL'],
    ['whose address is an option', 'x', 'sub', '--upload-pack=touch TRAP'],
    ['whose address is a program', 'x', 'sub', 'ext::touch TRAP'],
    ['whose address is on this computer', 'x', 'sub', 'FILE'],
    ['that brings a command', 'x"]\n\tupdate = !touch TRAP\n[submodule "y', 'sub', 'URL'],
  ])('%s is refused, and nothing is left of the checkout', async (_what, name, path, url) => {
    const inner = await server.createRepository(`inner-${++count}`, { 'inner.txt': 'inner' })
    const text = entry(name, path, url)
      .replace('URL', inner.url)
      .replace('FILE', `file://${inner.folder}`)
      .replace('TRAP', trap)
    const repository = await forge([
      ['100644', '.gitmodules', text],
      ['160000', path.includes('/') ? 'sub' : path, await inner.git('rev-parse', 'HEAD')],
    ])
    const { failure, outside } = await checkout(repository.url)
    expect(failure).toMatchObject({
      code: 'invalid_input',
      message: `A submodule of ${repository.url} cannot be fetched.`,
      lines: expect.any(Array),
    })
    expect(outside).toEqual([])
  })
})

test.each(['.git', '.GIT', '.Git ', 'git~1', '.g\u200cit', '..', '.'])(
  'a folder called %j is refused, and nothing is left of the checkout',
  async name => {
    const repository = await forge([['040000', name, '']])
    const { failure, outside } = await checkout(repository.url)
    expect(failure).toMatchObject({
      code: 'invalid_input',
      message: `${repository.url} holds a file whose name would lead out of the checkout or into git's own folder.`,
    })
    expect(outside).toEqual([])
  },
)

test('links that lead out, nowhere or in circles are checked out as links', async () => {
  const repository = await forge([
    ['120000', 'absolute', '/etc/passwd'],
    ['120000', 'outside', '../../private.txt'],
    ['120000', 'dangling', 'gone'],
    ['120000', 'loop', 'loop'],
    ['100644', '.gitattributes', '* filter=trap\n'],
  ])
  const { failure, target } = await checkout(repository.url)
  expect(failure).toBeUndefined()
  expect((await readdir(target)).sort()).toEqual([
    '.git',
    '.gitattributes',
    'absolute',
    'dangling',
    'loop',
    'outside',
  ])
})

test.each(['99999999999999999 +0000', '-5 +0000', 'x', '8640000000001 +0000'])(
  'a commit of the time %j, by an author of 100,000 letters and with a subject of a million, can be shown',
  async time => {
    const repository = await server.createRepository(`crazy-${++count}`, { 'a.txt': 'a' })
    const tree = forgeGit(repository, ['rev-parse', 'main^{tree}'])
    const text = `tree ${tree}\nauthor ${'A'.repeat(100_000)} <a> ${time}\ncommitter b <b> ${time}\n\n${'s'.repeat(1_000_000)}\n`
    const sha = forgeGit(repository, ['hash-object', '-w', '-t', 'commit', '--literally', '--stdin'], text)
    forgeGit(repository, ['update-ref', 'refs/heads/main', sha])
    expect((await checkout(repository.url)).commit).toEqual({
      sha,
      subject: 's'.repeat(500),
      author: 'A'.repeat(500),
      at: 0,
    })
  },
)
