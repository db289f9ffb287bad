import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Small apps that behave in one way each. All have a package.json with `start` and no dependencies. */
export type AppName =
  | 'honours-port'
  | 'fixed-port'
  | 'loopback-only'
  | 'never-listens'
  | 'exits-at-once'
  | 'floods-output'
  | 'ignores-term'
  | 'forks-children'
  | 'prints-counter'

/** Writes the app into a folder (made new). `port`: what `fixed-port` listens on, 3000 if not given. */
export async function writeApp(folder: string, name: AppName, { port = 3000 } = {}): Promise<void> {
  await mkdir(folder, { recursive: true })
  await cp(join(dirname(fileURLToPath(import.meta.url)), name), folder, { recursive: true })
  if (name !== 'fixed-port') return
  const path = join(folder, 'server.js')
  await writeFile(path, (await readFile(path, 'utf8')).replace('port = 3000', `port = ${port}`))
}
