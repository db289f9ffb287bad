import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { type FolderEntry, listFolder } from './folder-files.ts'
import type { GitTimeouts, RunGit } from './run-git.ts'
import type { SourceReader } from './source-reader.ts'

/** A folder of this computer as a source: as it is now, committed or not. Git only says which files are ignored. */
export function createFolderReader(deps: { runGit: RunGit; timeouts: GitTimeouts }): SourceReader {
  const list = (folder: string, signal: AbortSignal | undefined) =>
    listFolder({ runGit: deps.runGit, folder, deadline: performance.now() + deps.timeouts.totalMs, signal })

  return {
    async branches({ address }) {
      await checkFolder(address)
      return []
    },

    async head({ address }, _branch, { signal } = {}) {
      await checkFolder(address)
      const { entries } = await list(address, signal)
      return { branch: '', sha: await digest(address, entries, signal) }
    },

    async checkout({ source: { address }, folder, onOutput, signal }) {
      await checkFolder(address)
      const { entries, skipped, shortHead } = await list(address, signal)
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true })
      try {
        onOutput?.(`Copying ${entries.length} files from ${address}`)
        for (const path of skipped) onOutput?.(`Left out ${path}: it points out of the folder`)
        await copyEntries(address, folder, entries, signal)
        return {
          // Of the copy: the files may have changed since they were asked for, and this is what will run.
          sha: await digest(folder, entries, signal),
          subject: shortHead === undefined ? 'Local files' : `Local files (on ${shortHead})`,
          author: userName(),
          at: entries.reduce((newest, entry) => Math.max(newest, entry.changedAt), 0),
        }
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        throw error
      }
    },
  }
}

async function checkFolder(address: string): Promise<void> {
  if (!isAbsolute(address)) {
    throw new SlipwayError({
      code: 'invalid_input',
      message: `"${address}" is not the full path of a folder.`,
      hint: 'Give the whole path, from the root of the disk.',
    })
  }
  const found = await lstat(`${address}/.`).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EACCES' || cause.code === 'EPERM') {
      throw new SlipwayError(
        {
          code: 'source_denied',
          message: `The folder ${address} may not be read.`,
          hint: 'Give your user the right to read it.',
        },
        cause,
      )
    }
    return undefined
  })
  if (found?.isDirectory()) return
  throw new SlipwayError({
    code: 'source_not_found',
    message: `There is no folder at ${address}.`,
    hint: 'Check the path, and that the folder was not moved or deleted.',
  })
}

/** SHA-1 over paths, the executable bit and content, in order of the paths. */
async function digest(
  folder: string,
  entries: readonly FolderEntry[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash('sha1')
  for (const entry of entries) {
    signal?.throwIfAborted()
    const path = join(folder, entry.path)
    if (entry.kind === 'link') {
      hash.update(`link\0${entry.path}\0${await readlink(path)}\0`)
      continue
    }
    const content = createHash('sha1')
    await pipeline(createReadStream(path), content)
    hash.update(`${entry.isExecutable ? 'program' : 'file'}\0${entry.path}\0${content.digest('hex')}\0`)
  }
  return hash.digest('hex')
}

async function copyEntries(
  from: string,
  to: string,
  entries: readonly FolderEntry[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const folder of new Set(entries.map(entry => dirname(entry.path)))) {
    await mkdir(join(to, folder), { recursive: true })
  }
  for (const entry of entries) {
    signal?.throwIfAborted()
    const target = join(to, entry.path)
    if (entry.kind === 'link') await symlink(await readlink(join(from, entry.path)), target)
    else await copyFile(join(from, entry.path), target)
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'this user'
  }
}
