import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Kubeconfigs that somebody pasted or dropped: files that only this user of the computer can read. */
export function createKeptKubeconfigs(deps: { folder: string; newId: () => string }) {
  const { folder } = deps
  return {
    async keep(text: string): Promise<string> {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const file = join(folder, `${deps.newId()}.yaml`)
      await writeFile(file, text, { mode: 0o600, flag: 'wx' })
      return file
    },
    /** Deletes those that no cluster uses any more. */
    async collect(used: readonly string[]): Promise<void> {
      const kept = await readdir(folder).catch(() => [])
      const files = kept.map(name => join(folder, name)).filter(file => !used.includes(file))
      await Promise.all(files.map(file => rm(file, { force: true })))
    },
  }
}
