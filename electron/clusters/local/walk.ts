import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'

export interface WalkLimits {
  readonly entries: number
  readonly depth: number
  readonly timeMs: number
}

/** Looked at side by side: enough for a disk, too few to keep others waiting. */
const atOnce = 16

/**
 * Looks at what lies below a folder, without following links. `path` has `/` between names. Resolves to whether that was
 * all of it: the limits, or the signal, end it early. What vanishes meanwhile is passed over.
 */
export async function walk(
  folder: string,
  options: {
    limits: WalkLimits
    visit: (path: string, stats: Stats) => void
    enters?: (name: string, path: string) => boolean
    signal?: AbortSignal | undefined
  },
): Promise<boolean> {
  const { limits, visit, enters = () => true, signal } = options
  const deadline = performance.now() + limits.timeMs
  const waiting: { path: string; depth: number }[] = [{ path: '', depth: 0 }]
  let left = limits.entries
  let isComplete = true

  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path: below, depth } = next
    const found = await readdir(below === '' ? folder : `${folder}/${below}`, { withFileTypes: true }).catch(
      () => [],
    )
    for (let first = 0; first < found.length; first += atOnce) {
      if (left <= 0 || performance.now() >= deadline || signal?.aborted) return false
      const some = found.slice(first, first + atOnce)
      left -= some.length
      await Promise.all(
        some.map(async entry => {
          const path = below === '' ? entry.name : `${below}/${entry.name}`
          if (entry.isDirectory() && !enters(entry.name, path)) return
          const stats = await lstat(`${folder}/${path}`).catch(() => undefined)
          if (stats === undefined) return
          visit(path, stats)
          if (!entry.isDirectory()) return
          if (depth + 1 < limits.depth) waiting.push({ path, depth: depth + 1 })
          else isComplete = false
        }),
      )
    }
  }
  return isComplete
}
