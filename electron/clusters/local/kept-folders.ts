import { constants, existsSync } from 'node:fs'
import { cp, lstat, mkdir, readlink, rename, rm, symlink, unlink } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { type Failure, SlipwayError } from '../../../shared/domain/failure.ts'
import type { KeepOrder } from '../driver.ts'
import { listBuilds } from './build-record.ts'
import { folderInside, type LocalFolders, listNames, toOneName, toPath } from './local-folders.ts'

/** The folder of an app in one checkout, and the paths below it that should be kept. */
export interface KeptOrder {
  readonly deploymentId: string
  readonly artifact: string
  readonly root: string
  readonly kept: readonly string[]
}

export const toKeptOrder = (order: KeepOrder): KeptOrder => ({
  deploymentId: order.deploymentId,
  artifact: order.artifact,
  root: order.plan.root,
  kept: order.keptFolders,
})

export type KeptFolders = ReturnType<typeof createKeptFolders>

/** One kept path in one checkout. */
interface Spot {
  readonly path: string
  readonly checkout: string
  /** Where the app finds it. */
  readonly at: string
  /** Where the data lies. */
  readonly place: string
  /** What was at the path before it was linked. */
  readonly before: string
  /** For what is not whole yet. */
  readonly draft: string
}

/** How often a path is tried again at which the running app makes a folder of its own meanwhile. */
const mostAttempts = 5

/**
 * Folders that outlive the checkouts. They lie beside them, and each checkout links to them; what a checkout has there
 * itself is moved aside, never deleted. Whatever step is the last, doing all again ends right.
 */
export function createKeptFolders(folders: LocalFolders) {
  const toSpot = (order: Omit<KeptOrder, 'kept'>, path: string): Spot => {
    const checkout = folders.artifactFolder(order.artifact)
    const base = folderInside(checkout, order.root)
    return {
      path,
      checkout,
      at: folderInside(base, path),
      place: folders.keptFolder(order.deploymentId, path),
      before: join(dirname(checkout), 'replaced', toOneName(path)),
      draft: join(folders.deployment(order.deploymentId), 'kept.draft'),
    }
  }

  return {
    /**
     * Links the checkout to what is kept. A folder that is kept for the first time begins as the checkout has it. `moves`: an
     * app may be writing there, and goes on in the same files; else it is a copy, and links to what is not kept are undone.
     */
    async link(order: KeptOrder, { moves }: { moves: boolean }): Promise<void> {
      const checkout = folders.artifactFolder(order.artifact)
      const known = [
        ...folders.listKept(order.deploymentId),
        ...listNames(join(dirname(checkout), 'replaced')).map(toPath),
      ]
      for (const path of new Set(known)) {
        if (!moves && !order.kept.includes(path)) await undo(toSpot(order, path))
      }
      for (const path of order.kept) await linkOne(toSpot(order, path), moves)
    },

    /** Paths of which there is data, kept still or not. */
    list: (deploymentId: string) =>
      folders.listKept(deploymentId).map(path => ({ path, place: folders.keptFolder(deploymentId, path) })),

    /** Why the checkout cannot have one of the folders. */
    async whyRefused(order: KeptOrder): Promise<Failure | undefined> {
      try {
        for (const path of order.kept) await checkSpot(toSpot(order, path))
        return undefined
      } catch (error) {
        if (error instanceof SlipwayError) return error.failure
        throw error
      }
    },

    /** Whether the checkout's app writes there. */
    isLinked: async (order: Omit<KeptOrder, 'kept'>, path: string): Promise<boolean> =>
      (await look(toSpot(order, path))) === 'linked',

    /** Deletes the data. Checkouts get back what they had there. */
    async drop(deploymentId: string, path: string): Promise<void> {
      const place = folders.keptFolder(deploymentId, path)
      await rm(place, { recursive: true, force: true, maxRetries: 5 })
      for (const { artifact, plan } of listBuilds(folders, deploymentId)) {
        await undo(toSpot({ deploymentId, artifact, root: plan.root }, path))
      }
    },

    /** Moves all data of the deployment out of it. Resolves to where; null when there is none. */
    async setAside(deploymentId: string, name: string): Promise<string | null> {
      const place = folders.setAside(name)
      const kept = folders.kept(deploymentId)
      if (listNames(kept).length > 0 && !existsSync(place)) {
        await mkdir(dirname(place), { recursive: true })
        await rename(kept, place)
      }
      return existsSync(place) ? place : null
    },
  }
}

async function linkOne(spot: Spot, moves: boolean): Promise<void> {
  const { at, place, before } = spot
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const found = await checkSpot(spot)
    await mkdir(dirname(at), { recursive: true })
    if (found === 'linked') return void (await mkdir(place, { recursive: true }))
    if (!existsSync(place)) await begin(spot, found, moves)
    if ((await look(spot)) !== 'absent') await rename(at, await toFreePath(before))
    try {
      return await symlink(relative(dirname(at), place), at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  throw new SlipwayError({
    code: 'conflict',
    message: `${spot.path} cannot be kept: something makes that folder anew all the time.`,
    hint: 'Stop the app, and start it again.',
  })
}

/** Makes the place of the data, whole or not at all. */
async function begin(spot: Spot, found: Found, moves: boolean): Promise<void> {
  const { at, place, before, draft } = spot
  await mkdir(dirname(place), { recursive: true })
  await mkdir(dirname(before), { recursive: true })
  if (found === 'folder' && moves) return await rename(at, place)
  if (found === 'folder') {
    await copyFolder(at, draft)
    return await rename(draft, place)
  }
  // Nothing was there, and nothing is to come back.
  if (found === 'absent') await mkdir(before, { recursive: true })
  await mkdir(place)
}

/** The checkout gets back what it had; where the data itself was moved from it, a copy of that. */
async function undo(spot: Spot): Promise<void> {
  const { at, place, before, draft } = spot
  const found = await look(spot)
  if (found !== 'linked' && found !== 'absent') return
  if (found === 'linked') {
    if (!existsSync(before) && existsSync(place)) {
      await mkdir(dirname(before), { recursive: true })
      await copyFolder(place, draft)
      await rename(draft, before)
    }
    await unlink(at)
  }
  if (existsSync(before) && existsSync(dirname(at))) await rename(before, at)
}

async function copyFolder(from: string, draft: string): Promise<void> {
  await rm(draft, { recursive: true, force: true, maxRetries: 5 })
  const mode = constants.COPYFILE_FICLONE
  await cp(from, draft, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true, mode })
}

type Found = 'absent' | 'linked' | 'folder' | 'file' | 'link'

async function look({ at, place }: Spot): Promise<Found> {
  const found = await lstat(at).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
    return undefined
  })
  if (found === undefined) return 'absent'
  if (found.isDirectory()) return 'folder'
  if (!found.isSymbolicLink()) return 'file'
  return resolve(dirname(at), await readlink(at)) === place ? 'linked' : 'link'
}

/** Throws where it is a file, or where a folder on the way is a link, which could lead anywhere. */
async function checkSpot(spot: Spot): Promise<Exclude<Found, 'file'>> {
  const { checkout, at, path } = spot
  const parts = relative(checkout, dirname(at)).split(sep)
  for (let length = 1; length <= parts.length; length++) {
    const folder = join(checkout, ...parts.slice(0, length))
    const found = await lstat(folder).catch(() => undefined)
    if (found === undefined) break
    if (!found.isDirectory()) {
      const name = parts.slice(0, length).join('/')
      throw new SlipwayError({
        code: 'conflict',
        message: `${path} cannot be kept: ${name} is no folder of the repository, but a ${found.isSymbolicLink() ? 'link' : 'file'}.`,
        hint: 'Keep the folder that it leads to, or another one.',
      })
    }
  }
  const found = await look(spot)
  if (found === 'file') throw isFile(spot)
  return found
}

const isFile = ({ path }: Spot): SlipwayError =>
  new SlipwayError({
    code: 'conflict',
    message: `${path} is a file. Slipway keeps folders only.`,
    hint: path.includes('/')
      ? `Keep its folder, ${dirname(path)}.`
      : 'Let the app write the file into a folder, such as data, and keep that one.',
  })

async function toFreePath(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? path : `${path}-${n}`
    if (!existsSync(candidate)) return candidate
  }
}
