import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, utimes } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toFailure } from '../../shared/domain/failure.ts'
import type { Source } from '../../shared/domain/records.ts'
import { writeFiles } from '../../tests/support/git-server.ts'
import { createSourceReader } from './git.ts'

let root: string
let app: string
let source: Source
const reader = createSourceReader()

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-folder-'))
  app = join(root, 'app')
  source = { kind: 'folder', address: app }
  await mkdir(app)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const runGit = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', ...args], {
    cwd: app,
    encoding: 'utf8',
  }).trim()

async function checkout() {
  const folder = join(root, 'copy')
  const lines: string[] = []
  const { sha } = await reader.head(source, '')
  const commit = await reader.checkout({
    source,
    branch: '',
    sha,
    folder,
    onOutput: line => lines.push(line),
  })
  return { folder, commit, headSha: sha, lines, names: (await readdir(folder)).sort() }
}

test('a plain folder is copied without node_modules, named by a digest of its files', async () => {
  await writeFiles(app, { 'server.js': 'x', 'bin/run': '#!/bin/sh', 'node_modules/a/index.js': 'y' })
  const newest = new Date('2035-01-02T03:04:05Z')
  await utimes(join(app, 'server.js'), newest, newest)
  const { folder, commit, headSha, names, lines } = await checkout()
  expect(commit).toEqual({
    sha: headSha,
    subject: 'Local files',
    author: userInfo().username,
    at: newest.getTime(),
  })
  expect(headSha).toMatch(/^[0-9a-f]{40}$/)
  expect(names).toEqual(['bin', 'server.js'])
  expect((await stat(join(folder, 'bin/run'))).mode & 0o100).toBe(0o100)
  expect(lines).toEqual([`Copying 2 files from ${app}`])
  expect(await reader.branches(source)).toEqual([])
})

test('the digest changes with content and with names, and with nothing else', async () => {
  await writeFiles(app, { a: '1', b: '2' })
  const first = await reader.head(source, '')
  await writeFiles(app, { a: '2' })
  const second = await reader.head(source, '')
  await writeFiles(app, { a: '1', b: null, c: '2' })
  const third = await reader.head(source, '')
  await writeFiles(app, { c: null, b: '2', 'node_modules/x': 'x' })
  expect(new Set([first.sha, second.sha, third.sha]).size).toBe(3)
  expect(await reader.head(source, '')).toEqual({ branch: '', sha: first.sha })
})

test('a git work tree gives what git does not ignore, changes that are not committed included', async () => {
  await writeFiles(app, { '.gitignore': 'secret.env\ndist/\n', 'a.txt': 'a', 'gone.txt': 'g' })
  runGit('init', '-q')
  runGit('add', '-A')
  runGit('commit', '-qm', 'First')
  await writeFiles(app, {
    'secret.env': 's',
    'dist/x': 'x',
    'a.txt': 'changed',
    'new.txt': 'n',
    'gone.txt': null,
  })
  const { folder, commit, names } = await checkout()
  expect(names).toEqual(['.gitignore', 'a.txt', 'new.txt'])
  expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('changed')
  expect(commit.subject).toBe(`Local files (on ${runGit('rev-parse', '--short', 'HEAD')})`)
})

test('a repository inside the folder is copied with it, and a folder that git ignores is taken as it is', async () => {
  await writeFiles(app, { '.gitignore': 'ignored/\n', 'inner/a.txt': 'a', 'ignored/b.txt': 'b' })
  runGit('init', '-q')
  runGit('init', '-q', 'inner')
  const { folder, names } = await checkout()
  expect(names).toEqual(['.gitignore', 'inner'])
  expect(await readdir(join(folder, 'inner'))).toEqual(['a.txt'])
  source = { kind: 'folder', address: join(app, 'ignored') }
  expect((await checkout()).names).toEqual(['b.txt'])
})

test('links inside the folder stay links, those that lead out of it are left out', async () => {
  await writeFiles(root, { 'private.txt': 'p' })
  await writeFiles(app, { 'a.txt': 'a' })
  await symlink('a.txt', join(app, 'inside'))
  await symlink('../private.txt', join(app, 'outside'))
  await symlink(join(root, 'private.txt'), join(app, 'absolute'))
  const { folder, names, lines } = await checkout()
  expect(names).toEqual(['a.txt', 'inside'])
  expect(await readlink(join(folder, 'inside'))).toBe('a.txt')
  expect(lines.slice(1)).toEqual([
    'Left out absolute: it points out of the folder',
    'Left out outside: it points out of the folder',
  ])
})

test('a missing folder, a file and a relative path are each refused', async () => {
  await writeFiles(app, { file: 'x' })
  const codeOf = (address: string) =>
    reader.head({ kind: 'folder', address }, '').then(
      () => 'none',
      error => toFailure(error).code,
    )
  expect(await codeOf(join(root, 'nothing'))).toBe('source_not_found')
  expect(await codeOf(join(app, 'file'))).toBe('source_not_found')
  expect(await codeOf('app')).toBe('invalid_input')
})

test('a folder needs no git', async () => {
  await writeFiles(app, { a: '1' })
  const withoutGit = createSourceReader({ gitProgram: join(root, 'no-git') })
  expect(await withoutGit.head(source, '')).toEqual(await reader.head(source, ''))
})
