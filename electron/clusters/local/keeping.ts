import { existsSync } from 'node:fs'
import { type Failure, SlipwayError } from '../../../shared/domain/failure.ts'
import type { ClusterDriver } from '../driver.ts'
import { listBuilds } from './build-record.ts'
import { isContainerPlan } from './containers.ts'
import { type KeptFolders, toKeptOrder } from './kept-folders.ts'
import type { LocalDriver } from './local-driver.ts'
import { folderInside, type LocalFolders } from './local-folders.ts'
import { type WalkLimits, walk } from './walk.ts'
import { findWrittenFiles } from './written-files.ts'

/** What the driver can do about kept folders, and about what should be kept. */
export function createKeeping(
  folders: LocalFolders,
  keptFolders: KeptFolders,
  observe: ClusterDriver['observe'],
): Pick<
  LocalDriver,
  'keep' | 'measure' | 'measureShared' | 'listKept' | 'whyNotKept' | 'dropKept' | 'findWritten'
> {
  return {
    async keep(order) {
      if (!existsSync(folders.artifactFolder(order.artifact))) return
      await keptFolders.link(toKeptOrder(order), { moves: true })
    },

    async measure(deploymentId, signal) {
      const [checkouts, kept] = await Promise.all([
        measure(folders.builds(deploymentId), signal),
        measure(folders.kept(deploymentId), signal),
      ])
      return { checkouts: checkouts.bytes, kept: kept.bytes, isComplete: checkouts.isWhole && kept.isWhole }
    },

    async measureShared(signal) {
      const [tools, setAside] = await Promise.all([
        measure(folders.tools, signal),
        measure(folders.setAside(''), signal),
      ])
      return {
        tools: tools.bytes,
        setAside: setAside.bytes,
        isComplete: tools.isWhole && setAside.isWhole,
      }
    },

    listKept: async deploymentId => keptFolders.list(deploymentId),

    async whyNotKept(order) {
      if (isContainerPlan(order.plan)) return inContainer
      if (!existsSync(folders.artifactFolder(order.artifact))) return undefined
      return await keptFolders.whyRefused(toKeptOrder(order))
    },

    async dropKept(deploymentId, path, inUse) {
      const isRunning = (await observe(deploymentId)).some(one => one.state !== 'exited')
      for (const order of isRunning ? inUse : []) {
        if (!(await keptFolders.isLinked(toKeptOrder(order), path))) continue
        throw new SlipwayError({
          code: 'conflict',
          message: `The app still writes into ${path}.`,
          hint: 'From its next start on it does not any more. Restart it, then delete the data.',
        })
      }
      await keptFolders.drop(deploymentId, path)
    },

    async findWritten({ deploymentId, artifact, plan, keptFolders: kept }, signal) {
      const folder = folderInside(folders.artifactFolder(artifact), plan.root)
      const build = listBuilds(folders, deploymentId).find(one => one.artifact === artifact)
      if (build?.builtAt === undefined || !existsSync(folder))
        return { place: null, folders: [], isComplete: true }
      const output = plan.output === null ? null : plan.output.value
      return await findWrittenFiles({ folder, builtAt: build.builtAt, kept, output, signal })
    },
  }
}

const measureLimits: WalkLimits = { entries: 300_000, depth: 40, timeMs: 10_000 }

/** What is linked hard several times, as some package managers do, counts once. */
async function measure(folder: string, signal?: AbortSignal) {
  const seen = new Set<number>()
  let bytes = 0
  const isWhole = await walk(folder, {
    limits: measureLimits,
    signal,
    visit: (_path, stats) => {
      if (stats.nlink > 1 && stats.isFile()) {
        if (seen.has(stats.ino)) return
        seen.add(stats.ino)
      }
      bytes += stats.blocks * 512
    },
  })
  return { bytes, isWhole }
}

const inContainer: Failure = {
  code: 'plan_unsupported',
  message: 'The app runs in a container, which kept folders do not reach yet.',
  hint: 'Let it keep its data in a database or a store of files outside.',
}
