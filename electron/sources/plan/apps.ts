import type { Files, Recogniser } from './files.ts'
import { filesBelow } from './workspaces.ts'

const mostFolders = 60
/** What is below these belongs to an app, or is none. */
const skipped = /^(?:\.|node_modules\/|vendor\/|tests?\/|testdata\/|fixtures\/|__\w+__\/)/

/**
 * Folders that have an app each: the top (`.`), and down to two levels below it. Plain files count only where the top is no
 * app, since they belong to it otherwise.
 */
export async function listApps(files: Files, recognise: Recogniser): Promise<string[]> {
  const found: string[] = []
  const isAtTop = await isApp(files, recognise)
  if (isAtTop) found.push('.')
  let looked = 0
  const look = async (folder: string, depth: number): Promise<void> => {
    const names = (await files.list(folder)).filter(name => name.endsWith('/') && !skipped.test(name))
    for (const name of names) {
      if (++looked > mostFolders) return
      const path = `${folder === '.' ? '' : `${folder}/`}${name.slice(0, -1)}`
      if (await isApp(filesBelow(files, path), recognise, isAtTop)) found.push(path)
      else if (depth > 1) await look(path, depth - 1)
    }
  }
  await look('.', 2)
  return found
}

/** A package.json that cannot be read is no app to choose. */
async function isApp(files: Files, recognise: Recogniser, hasTop = false): Promise<boolean> {
  const plan = await recognise(files).catch(() => undefined)
  return plan !== undefined && !(hasTop && plan.kind === 'static')
}
