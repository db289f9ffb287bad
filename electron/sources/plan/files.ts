import { open, readdir, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Plan } from '../../../shared/domain/plan.ts'

/** What a recogniser sees of a checkout. Paths are relative, with `/`. */
export interface Files {
  /** The text of a file (its first part, if it is huge); undefined if there is none. */
  read(path: string): Promise<string | undefined>
  /** Names in a folder (`.` is the root), those of folders with a `/` at the end; empty if there is none. */
  list(folder: string): Promise<readonly string[]>
}

/** Undefined: not one of its kind. */
export type Recogniser = (files: Files) => Promise<Plan | undefined>

const readAtMost = 512 * 1024

/** Files below the folder; links that lead out of it are not followed. */
export function createFolderFiles(folder: string): Files {
  const resolve = async (path: string): Promise<string | undefined> => {
    const [root, full] = await Promise.all([
      realpath(folder),
      realpath(join(folder, path)).catch(() => undefined),
    ])
    if (full === undefined) return undefined
    const inside = relative(root, full)
    return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? undefined : full
  }
  return {
    async read(path) {
      const full = await resolve(path)
      if (full === undefined) return undefined
      const file = await open(full, 'r')
      try {
        const found = await file.stat()
        if (!found.isFile()) return undefined
        const buffer = Buffer.alloc(Math.min(found.size, readAtMost))
        const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
        return buffer
          .subarray(0, bytesRead)
          .toString('utf8')
          .replace(/^\uFEFF/, '')
      } finally {
        await file.close()
      }
    },
    async list(path) {
      const full = await resolve(path)
      const found = full === undefined ? [] : await readdir(full, { withFileTypes: true }).catch(() => [])
      return found.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort()
    },
  }
}
