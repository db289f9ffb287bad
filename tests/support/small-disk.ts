import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const canMountDisk = process.platform === 'linux' && process.getuid?.() === 0
if (!canMountDisk) console.log('Tests of a full disk are skipped: only root on Linux can mount a small disk.')

/** A real file system of a few megabytes. */
export function mountSmallDisk(megabytes: number) {
  const path = mkdtempSync(join(tmpdir(), 'slipway-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path])
  const other = join(path, 'other')
  return {
    path,
    /** Takes all the room that is left, or leaves so many bytes. */
    fill(leaving = 0) {
      const { bavail, bsize } = statfsSync(path)
      writeFileSync(other, Buffer.alloc(bavail * bsize - leaving))
    },
    free: () => rmSync(other),
    remove() {
      // What has just ended may still be held for a moment.
      execFileSync('umount', ['--lazy', path])
      rmSync(path, { recursive: true })
    },
  }
}
