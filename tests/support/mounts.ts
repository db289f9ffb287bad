import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A small disk in memory at the folder; with `remount`, another way to have the one that is there. */
export function mount(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' })
}

export function unmount(folder: string): void {
  execFileSync('umount', [folder], { stdio: 'pipe' })
}

export const isMounted = (folder: string): boolean =>
  process.platform === 'linux' && readFileSync('/proc/mounts', 'utf8').includes(` ${folder} `)

/** Undefined where small disks can be made; else why not, to be added to the name of what is skipped. */
export function whyNoMounts(): string | undefined {
  if (process.platform !== 'linux') return ' (skipped: small disks are made on Linux only)'
  const folder = mkdtempSync(join(tmpdir(), 'slipway-mount-'))
  try {
    mount(folder, 'size=1m')
    unmount(folder)
    return undefined
  } catch {
    return ' (skipped: only root may make a small disk)'
  } finally {
    rmdirSync(folder)
  }
}
