import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Which process is meant: a pid comes back for another process, together with its start time it does not. */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque. Linux: boot and clock ticks since; macOS: `ps -o lstart=`. */
  readonly startTime: string
}

export interface ProcessInfo extends ProcessIdentity {
  readonly group: number
  /** 0 where the system does not tell. */
  readonly session: number
}

const isLinux = process.platform === 'linux'

/** Every living process (zombies are not). */
export function listProcesses(): ProcessInfo[] {
  if (!isLinux) return psList([])
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return []
    return readStat(Number(name)) ?? []
  })
}

/** The living process that has the pid now. */
export function findProcess(pid: number): ProcessInfo | undefined {
  return isLinux ? readStat(pid) : psList(['-p', String(pid)])[0]
}

/** Who a child of ours is, even if it has ended already (it keeps its pid until we have taken notice). */
export function identifyChild(pid: number): ProcessIdentity | undefined {
  const info = isLinux ? readStat(pid, true) : psList(['-p', String(pid)])[0]
  return info === undefined ? undefined : { pid, startTime: info.startTime }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return findProcess(identity.pid)?.startTime === identity.startTime
}

/** Signals the very process that is meant, never one that merely got its pid. Says whether it was there. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    process.kill(identity.pid, signal)
    return true
  } catch {
    return false
  }
}

/** A variable of the environment that the process was started with; undefined where the system does not tell. */
export function readVariable(pid: number, name: string): string | undefined {
  if (!isLinux) return undefined
  try {
    const entry = readFileSync(`/proc/${pid}/environ`, 'latin1')
      .split('\0')
      .find(text => text.startsWith(`${name}=`))
    return entry?.slice(name.length + 1)
  } catch {
    return undefined
  }
}

/** What people call the process: its program's name. */
export function programName(pid: number): string {
  if (!isLinux) {
    const path = spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout
    return path.trim().split('/').at(-1) ?? ''
  }
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}

let bootId: string | undefined

/** Field numbers of proc(5): state 3, process group 5, session 6, start time 22. The name (2) may hold anything. */
function readStat(pid: number, isEndedToo = false): ProcessInfo | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  if (!isEndedToo && (fields[0] === 'Z' || fields[0] === 'X')) return undefined
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)
  return {
    pid,
    startTime: `${bootId}.${fields[19]}`,
    group: Number(fields[2]),
    session: Number(fields[3]),
  }
}

function psList(selection: readonly string[]): ProcessInfo[] {
  const columns = ['-o', 'pid=,pgid=,stat=,lstart=']
  const result = spawnSync('ps', [...(selection.length === 0 ? ['-ax'] : selection), ...columns], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  return (result.stdout ?? '').split('\n').flatMap(line => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line)
    if (match === null || match[3]?.startsWith('Z')) return []
    return [{ pid: Number(match[1]), group: Number(match[2]), session: 0, startTime: match[4] ?? '' }]
  })
}
