import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Failure, toFailure } from '../../shared/domain/failure.ts'
import type { Source } from '../../shared/domain/records.ts'
import { type GitServer, startGitServer } from '../../tests/support/git-server.ts'
import { createSourceReader, type SourceReaderDeps } from './git.ts'

let server: GitServer
let folder: string

beforeAll(async () => {
  server = await startGitServer()
  folder = await realpath(await mkdtemp(join(tmpdir(), 'slipway-source-')))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const committedAt = Date.parse('2026-01-02T03:04:05Z')
const git = (address: string): Source => ({ kind: 'git', address })

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  return promise.then(
    () => {
      throw new Error('expected a failure')
    },
    error => toFailure(error),
  )
}

describe('branches', () => {
  test('come with the default branch first, then by name', async () => {
    const repository = await server.createRepository('branches', { 'a.txt': 'a' })
    const main = await repository.git('rev-parse', 'HEAD')
    await repository.checkout('zeta')
    await repository.checkout('feature/x')
    const feature = await repository.commit({ 'a.txt': 'b' }, 'Second')
    await repository.git('-C', repository.folder, 'symbolic-ref', 'HEAD', 'refs/heads/feature/x')

    const reader = createSourceReader()
    expect(await reader.branches(git(repository.url))).toEqual([
      { name: 'feature/x', sha: feature },
      { name: 'main', sha: main },
      { name: 'zeta', sha: main },
    ])
    expect(await reader.head(git(repository.url), '')).toEqual({ branch: 'feature/x', sha: feature })
    expect(await reader.head(git(repository.url), 'zeta')).toEqual({ branch: 'zeta', sha: main })
  })

  test('that do not exist are answered with those that do', async () => {
    const repository = await server.createRepository('vanished', { 'a.txt': 'a' })
    expect(await failureOf(createSourceReader().head(git(repository.url), 'gone'))).toEqual({
      code: 'source_branch_not_found',
      message: 'The repository has no branch "gone".',
      hint: 'Choose one that exists: main.',
    })
  })

  test('are read from a file address too', async () => {
    const repository = await server.createRepository('on-disk', { 'a.txt': 'a' })
    const sha = await repository.git('rev-parse', 'HEAD')
    expect(await createSourceReader().branches(git(`file://${repository.folder}`))).toEqual([
      { name: 'main', sha },
    ])
    expect(await createSourceReader().branches(git(repository.folder))).toEqual([{ name: 'main', sha }])
  })
})

describe('each way to fail is its own', () => {
  test('a repository that is not there', async () => {
    expect(await failureOf(createSourceReader().branches(git(server.url('nothing'))))).toMatchObject({
      code: 'source_not_found',
      message: `There is no repository at ${server.url('nothing')}.`,
    })
    expect(
      await failureOf(createSourceReader().branches(git(`file://${join(folder, 'nothing')}`))),
    ).toMatchObject({ code: 'source_not_found' })
  })

  test('a server that answers 404 or 503', async () => {
    server.answer('moved', 'missing')
    server.answer('broken', 'error')
    expect(await failureOf(createSourceReader().branches(git(server.url('moved'))))).toMatchObject({
      code: 'source_not_found',
    })
    expect(await failureOf(createSourceReader().branches(git(server.url('broken'))))).toMatchObject({
      code: 'source_unreachable',
    })
  })

  test('a repository that asks for a login', async () => {
    server.answer('private', 'login')
    const { host } = new URL(server.address)
    expect(await failureOf(createSourceReader().branches(git(server.url('private'))))).toMatchObject({
      code: 'source_denied',
      message: `${host} asks for a login to read ${server.url('private')}.`,
    })
  })

  test('a host on which nobody listens', async () => {
    const closed = await startGitServer()
    await closed.close()
    expect(await failureOf(createSourceReader().branches(git(closed.url('a'))))).toMatchObject({
      code: 'source_unreachable',
      message: `${new URL(closed.address).host} could not be reached.`,
    })
  })

  test('git that is not installed', async () => {
    const reader = createSourceReader({ gitProgram: join(folder, 'no-git') })
    expect(await failureOf(reader.branches(git(server.url('any'))))).toMatchObject({
      code: 'source_git_missing',
    })
  })

  test('a connection that goes silent', async () => {
    server.stall('silent')
    const reader = createSourceReader({ timeouts: { silenceMs: 300 } })
    expect(await failureOf(reader.branches(git(server.url('silent'))))).toEqual({
      code: 'source_stalled',
      message: 'The repository sent nothing for 0.3 seconds.',
      hint: 'Check the connection to the repository, then try again.',
    })
  })

  test('a fetch that takes longer than all of it may', async () => {
    server.stall('slow')
    const reader = createSourceReader({ timeouts: { totalMs: 300 } })
    const target = join(folder, 'slow')
    const order = { source: git(server.url('slow')), branch: 'main', sha: 'a'.repeat(40), folder: target }
    expect(await failureOf(reader.checkout(order))).toMatchObject({
      code: 'source_stalled',
      message: 'Git did not finish within 0.3 seconds.',
    })
    expect(await readdir(folder)).not.toContain('slow')
  })

  test('addresses and branches that git would read as options', async () => {
    const reader = createSourceReader()
    for (const address of ['--upload-pack=touch x', 'ext::sh -c id', 'ssh://-oProxyCommand=id/x', 'here']) {
      expect(await failureOf(reader.branches(git(address)))).toMatchObject({ code: 'invalid_input' })
    }
    expect(await failureOf(reader.branches(git('github.com/ana/blog')))).toEqual({
      code: 'invalid_input',
      message: '"github.com/ana/blog" is not an address that git can read from.',
      hint: 'Write it as https://github.com/ana/blog.',
    })
    expect(await failureOf(reader.head(git(server.url('any')), '--all'))).toMatchObject({
      code: 'invalid_input',
    })
  })
})

describe('credentials in an address', () => {
  test('open the repository and are shown nowhere', async () => {
    const repository = await server.createRepository('secret', { 'a.txt': 'a' })
    const sha = await repository.git('rev-parse', 'HEAD')
    server.requireLogin('secret', { user: 'ana', password: 'hunter2!' })
    const address = repository.url.replace('http://', 'http://ana:hunter2%21@')
    const target = join(folder, 'secret')
    const seen: string[] = []
    const reader = createSourceReader({ log: line => seen.push(line) })
    await reader.checkout({
      source: git(address),
      branch: 'main',
      sha,
      folder: target,
      onOutput: line => seen.push(line),
    })
    expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('a')
    expect(await readFile(join(target, '.git/config'), 'utf8')).not.toContain('hunter2')
    const failure = await failureOf(reader.branches(git(address.replace('hunter2', 'hunter3'))))
    expect(failure.code).toBe('source_denied')
    expect(JSON.stringify([seen, failure])).not.toContain('hunter')
  })
})

describe('checkout', () => {
  test('brings the exact commit, shallow, and says what it is', async () => {
    const repository = await server.createRepository('exact', { 'a.txt': 'one' })
    const sha = await repository.commit({ 'a.txt': 'two' }, 'Second\n\nBody')
    await repository.commit({ 'a.txt': 'three' }, 'Third')
    const target = join(folder, 'exact')
    await mkdir(target)
    await writeFile(join(target, 'left-over'), 'x')
    const lines: string[] = []
    const commit = await createSourceReader().checkout({
      source: git(repository.url),
      branch: 'main',
      sha,
      folder: target,
      onOutput: line => lines.push(line),
    })
    expect(commit).toEqual({ sha, subject: 'Second', author: 'Ana Test', at: committedAt })
    expect((await readdir(target)).sort()).toEqual(['.git', 'a.txt'])
    expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('two')
    expect(execFileSync('git', ['-C', target, 'rev-list', '--count', 'HEAD'], { encoding: 'utf8' })).toBe(
      '1\n',
    )
    expect(lines).toContain(`HEAD is now at ${sha.slice(0, 7)} Second`)
  })

  test('finds an older commit where the server gives out heads only', async () => {
    const repository = await server.createRepository('strict', { 'a.txt': 'one' }, { allowsAnySha: false })
    const sha = await repository.commit({ 'a.txt': 'two' }, 'Second')
    await repository.commit({ 'a.txt': 'three' }, 'Third')
    const target = join(folder, 'strict')
    const order = { source: git(repository.url), branch: 'main', sha, folder: target }
    expect((await createSourceReader().checkout(order)).subject).toBe('Second')
    await repository.checkout('other')
    await repository.deleteBranch('main')
    expect((await createSourceReader().checkout(order)).subject).toBe('Second')
    expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('two')
  })

  test.each([true, false])('says when the commit is gone (any sha given out: %s)', async allowsAnySha => {
    const name = `gone-${allowsAnySha}`
    const repository = await server.createRepository(name, { 'a.txt': 'a' }, { allowsAnySha })
    const target = join(folder, name)
    const order = { source: git(repository.url), branch: 'main', sha: 'b'.repeat(40), folder: target }
    expect(await failureOf(createSourceReader().checkout(order))).toEqual({
      code: 'source_commit_not_found',
      message: 'The repository no longer has the commit bbbbbbb.',
      hint: 'Deploy the newest commit of the branch.',
    })
    expect(await readdir(folder)).not.toContain(name)
  })

  test('brings submodules, with addresses relative to the repository', async () => {
    const part = await server.createRepository('part', { 'part.txt': 'part' })
    const whole = await server.createRepository('whole', { 'a.txt': 'a' })
    await whole.git('submodule', 'add', '-q', part.url, 'lib/part')
    await whole.git('config', '-f', '.gitmodules', 'submodule.lib/part.url', '../part.git')
    const sha = await whole.commit({}, 'Add the part')
    await part.commit({ 'part.txt': 'newer' }, 'Newer')
    const target = join(folder, 'whole')
    await createSourceReader().checkout({ source: git(whole.url), branch: 'main', sha, folder: target })
    expect(await readFile(join(target, 'lib/part/part.txt'), 'utf8')).toBe('part')
  })

  test('does not let a repository from the network take submodules from this computer', async () => {
    const part = await server.createRepository('local-part', { 'part.txt': 'part' })
    const whole = await server.createRepository('thief', { 'a.txt': 'a' })
    await whole.git('submodule', 'add', '-q', `file://${part.folder}`, 'part')
    const sha = await whole.commit({}, 'Add the part')
    const target = join(folder, 'thief')
    const order = { branch: 'main', sha, folder: target }
    expect(
      await failureOf(createSourceReader().checkout({ ...order, source: git(whole.url) })),
    ).toMatchObject({
      code: 'invalid_input',
    })
    await createSourceReader().checkout({ ...order, source: git(`file://${whole.folder}`) })
    expect(await readFile(join(target, 'part/part.txt'), 'utf8')).toBe('part')
  })

  test('fetches large files with git-lfs, and says when it is missing', async () => {
    const repository = await server.createRepository('large', {
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'a.txt': 'a',
    })
    const sha = await repository.git('rev-parse', 'HEAD')
    const programs = join(folder, 'programs')
    await mkdir(programs)
    const gitPath = execFileSync('which', ['git'], { encoding: 'utf8' }).trim()
    await symlink(gitPath, join(programs, 'git'))
    const deps: SourceReaderDeps = {
      gitProgram: join(programs, 'git'),
      environment: { PATH: programs, HOME: folder },
    }
    const order = { source: git(repository.url), branch: 'main', sha, folder: join(folder, 'large') }
    expect(await failureOf(createSourceReader(deps).checkout(order))).toEqual({
      code: 'tool_missing',
      message: 'The repository keeps large files with Git LFS, and git-lfs is not installed.',
      hint: 'Install it from https://git-lfs.com, then deploy again.',
    })

    await writeFile(join(programs, 'git-lfs'), '#!/bin/sh\necho "git-lfs $*" >> lfs-was-asked\n', {
      mode: 0o755,
    })
    await createSourceReader(deps).checkout(order)
    expect(await readFile(join(order.folder, 'lfs-was-asked'), 'utf8')).toBe(
      'git-lfs version\ngit-lfs install --local --skip-repo\ngit-lfs pull\n',
    )
  })

  test('ends its processes and leaves nothing when it is aborted', async () => {
    const { asked } = server.stall('aborted')
    const target = join(folder, 'aborted')
    const abort = new AbortController()
    const order = { source: git(server.url('aborted')), branch: 'main', sha: 'c'.repeat(40), folder: target }
    const checkout = createSourceReader().checkout({ ...order, signal: abort.signal })
    const rejected = expect(checkout).rejects.toThrow('cancelled by ana')
    await asked
    abort.abort(new Error('cancelled by ana'))
    await rejected
    expect(await readdir(folder)).not.toContain('aborted')
    await vi.waitFor(() => {
      const running = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      expect(running).not.toContain(server.url('aborted'))
    })
  })
})
