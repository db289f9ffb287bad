import { lstat, readdir, readlink, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { RunGit } from './run-git.ts'

/** A file or link, by its path in the folder with `/` between names. `changedAt` in UTC milliseconds. */
export interface FolderEntry {
  readonly path: string
  readonly kind: 'file' | 'link'
  readonly isExecutable: boolean
  readonly changedAt: number
}

interface FolderListing {
  readonly entries: readonly FolderEntry[]
  /** Links that point out of the folder. */
  readonly skipped: readonly string[]
  /** Of the git work tree that the folder is in. */
  readonly shortHead: string | undefined
}

const neverListed = new Set(['node_modules', '.git'])

/** In a git work tree what git does not ignore; else all but `node_modules` and `.git`. In order of the paths. */
export async function listFolder(order: {
  runGit: RunGit
  folder: string
  deadline: number
  signal: AbortSignal | undefined
}): Promise<FolderListing> {
  const inGit = await listByGit(order)
  // Nothing: no work tree, or the folder itself is ignored by the one it is in.
  const paths = inGit.length > 0 ? await expandFolders(order.folder, inGit) : await walk(order.folder, '')
  const root = await realpath(order.folder)
  const entries: FolderEntry[] = []
  const skipped: string[] = []
  for (const path of [...new Set(paths)].sort()) {
    order.signal?.throwIfAborted()
    const entry = await toEntry(root, path)
    if (entry === 'outside') skipped.push(path)
    else if (entry !== undefined) entries.push(entry)
  }
  return { entries, skipped, shortHead: inGit.length > 0 ? await readShortHead(order) : undefined }
}

async function listByGit(order: Parameters<typeof listFolder>[0]): Promise<string[]> {
  const listed = await runInFolder(order, ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  return listed?.split('\0').filter(path => path !== '') ?? []
}

async function readShortHead(order: Parameters<typeof listFolder>[0]): Promise<string | undefined> {
  return (await runInFolder(order, ['rev-parse', '--short', '--verify', 'HEAD']))?.trim()
}

/** Undefined when git is missing or refuses: a folder needs no git. */
async function runInFolder(
  { runGit, folder, deadline, signal }: Parameters<typeof listFolder>[0],
  args: string[],
): Promise<string | undefined> {
  try {
    const result = await runGit({ args, cwd: folder, deadline, signal })
    return result.exitCode === 0 ? result.stdout : undefined
  } catch (error) {
    if (isMissingGit(error)) return undefined
    throw error
  }
}

function isMissingGit(error: unknown): boolean {
  return error instanceof SlipwayError && error.failure.code === 'source_git_missing'
}

/** Submodules and repositories inside the folder are listed by git as one entry. */
async function expandFolders(folder: string, paths: readonly string[]): Promise<string[]> {
  const expanded = await Promise.all(
    paths.map(async path => {
      const found = await lstat(join(folder, path)).catch(() => undefined)
      return found?.isDirectory() ? walk(folder, path.replace(/\/$/, '')) : [path]
    }),
  )
  return expanded.flat()
}

async function walk(folder: string, below: string): Promise<string[]> {
  const found = await readdir(join(folder, below), { withFileTypes: true })
  const paths = await Promise.all(
    found
      .filter(({ name }) => !neverListed.has(name))
      .map(async entry => {
        const path = below === '' ? entry.name : `${below}/${entry.name}`
        return entry.isDirectory() ? walk(folder, path) : [path]
      }),
  )
  return paths.flat()
}

/** Undefined: gone since it was listed, or neither file nor link (a socket). */
async function toEntry(root: string, path: string): Promise<FolderEntry | 'outside' | undefined> {
  const full = join(root, path)
  const found = await lstat(full).catch(() => undefined)
  if (found === undefined) return undefined
  const changedAt = Math.floor(found.mtimeMs)
  if (found.isFile()) return { path, kind: 'file', isExecutable: (found.mode & 0o111) !== 0, changedAt }
  if (!found.isSymbolicLink()) return undefined
  const isInside = !isAbsolute(await readlink(full)) && (await pointsInto(root, full))
  return isInside ? { path, kind: 'link', isExecutable: false, changedAt } : 'outside'
}

async function pointsInto(root: string, link: string): Promise<boolean> {
  const target = await realpath(link).catch(() => undefined)
  if (target === undefined) return false
  const path = relative(root, target)
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
}
