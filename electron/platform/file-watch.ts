import { existsSync, type FSWatcher, realpathSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

const batchMs = 200
const mostFiles = 32

/** Tells when one of the files came, changed or went. Their folders are watched: programs replace a file as often as they write it. */
export function createFileWatch(deps: { changed: () => void }) {
  /** By folder, the names in it that count. */
  const open = new Map<string, { watcher: FSWatcher; names: Set<string> }>()
  let timer: NodeJS.Timeout | undefined

  const tell = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      deps.changed()
    }, batchMs).unref()
  }

  const begin = (folder: string, names: Set<string>) => {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || names.has(name)) tell()
      })
      const forget = () => {
        watcher.close()
        if (open.get(folder)?.watcher === watcher) open.delete(folder)
      }
      // A folder that is gone is looked for at the next occasion.
      watcher.on('error', forget)
      open.set(folder, { watcher, names })
    } catch {
      // Where nothing can be watched, the file is read when it is asked for, as ever.
    }
  }

  return {
    /** These from now on, whether they are there or not. */
    set(files: readonly string[]): void {
      const wanted = toFolders(files.slice(0, mostFiles))
      for (const [folder, { watcher }] of open) {
        if (wanted.has(folder)) continue
        watcher.close()
        open.delete(folder)
      }
      for (const [folder, names] of wanted) {
        const known = open.get(folder)
        if (known === undefined) begin(folder, names)
        else known.names = names
      }
    },
    dispose(): void {
      clearTimeout(timer)
      for (const { watcher } of open.values()) watcher.close()
      open.clear()
    },
  }
}

/** Folders that are there, with the names to look for in them. Of a link, its own and the one that it leads to. */
function toFolders(files: readonly string[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>()
  const add = (path: string) => {
    const folder = dirname(path)
    if (folder === path) return
    // What is to come in a folder that is not there comes with the folder.
    if (!existsSync(folder)) return add(folder)
    folders.set(folder, (folders.get(folder) ?? new Set()).add(basename(path)))
  }
  for (const file of files) {
    add(file)
    if (existsSync(file)) add(realpathSync(file))
  }
  return folders
}
