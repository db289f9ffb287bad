import { basename, dirname } from 'node:path'
import { isMadeByBuild, type WrittenFiles, whyFolderIsRefused } from '../../../shared/domain/kept-folder.ts'
import { type WalkLimits, walk } from './walk.ts'

const limits: WalkLimits = { entries: 50_000, depth: 16, timeMs: 3000 }
/** Folders that are named; the rest is one line. */
const mostFolders = 12

/** What apps write that nobody misses. */
const passingFolders = new Set(['tmp', 'temp', 'log', 'logs', 'cache', '.npm', '.yarn', '.pnpm-store'])
const passingFiles = /\.(?:log|pid|sock|lock|tmp|swp|pyc)$/
/** They only hold an empty folder in a repository. */
const placeholders = new Set(['.gitkeep', '.keep', '.gitignore', '.placeholder', 'README.md'])

interface Found {
  readonly path: string
  readonly bytes: number
}

/**
 * Files below the app's folder that are newer than its build: what the app wrote. Grouped by the highest folder that holds
 * nothing else, since that is the one to keep.
 */
export async function findWrittenFiles(order: {
  folder: string
  builtAt: number
  kept: readonly string[]
  output: string | null
  signal?: AbortSignal | undefined
}): Promise<WrittenFiles> {
  const written: Found[] = []
  const foldersOfBuild = new Set<string>()
  const isComplete = await walk(order.folder, {
    limits,
    signal: order.signal,
    enters: (name, path) => !isMadeByBuild(name) && !passingFolders.has(name) && !order.kept.includes(path),
    visit: (path, stats) => {
      if (!stats.isFile()) return
      if (stats.mtimeMs <= order.builtAt) {
        if (placeholders.has(basename(path))) return
        for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) foldersOfBuild.add(folder)
      } else if (!passingFiles.test(path)) written.push({ path, bytes: stats.size })
    },
  })
  return {
    place: order.folder,
    folders: groupFiles(written, foldersOfBuild).map(group => ({
      ...group,
      isShared: foldersOfBuild.has(group.path),
      refusal:
        group.path === ''
          ? 'The top of the app cannot be kept: let it write into a folder, such as data'
          : (whyFolderIsRefused(group.path, order) ?? null),
    })),
    isComplete,
  }
}

function groupFiles(written: readonly Found[], foldersOfBuild: ReadonlySet<string>) {
  const groups = new Map<string, { files: number; bytes: number; example: string }>()
  // Names the same example each time, in whatever order a folder lists its files.
  for (const { path, bytes } of written.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const group = toGroup(path, foldersOfBuild)
    const before = groups.get(group) ?? { files: 0, bytes: 0, example: path }
    groups.set(group, { ...before, files: before.files + 1, bytes: before.bytes + bytes })
  }
  return [...groups]
    .map(([path, sums]) => ({ path, ...sums }))
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, mostFolders)
}

/** The highest folder of the path with nothing of the build in it, else the one that the file is in. */
function toGroup(path: string, foldersOfBuild: ReadonlySet<string>): string {
  const parts = path.split('/').slice(0, -1)
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  return paths.find(folder => !foldersOfBuild.has(folder)) ?? paths.at(-1) ?? ''
}
