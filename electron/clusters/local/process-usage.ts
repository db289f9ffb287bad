import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** What a process has taken. `cpuMs`: since its start; `memory`: bytes in the main memory. */
export interface ProcessUsage {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly cpuMs: number
  readonly memory: number
}

/** USER_HZ of proc(5): 100 on every architecture that Node runs on. */
const tickMs = 10
/** Of x86-64; with larger pages `ps` is asked. */
const pageBytes = 4096

export function listUsage(): ProcessUsage[] {
  return process.platform === 'linux' && process.arch === 'x64' ? readProc() : parsePs(askPs())
}

/** Fields of proc(5): parent 4, group 5, user time 14, system time 15, resident pages 24. The name (2) may hold anything. */
function readProc(): ProcessUsage[] {
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return []
    let text: string
    try {
      text = readFileSync(`/proc/${name}/stat`, 'latin1')
    } catch {
      return []
    }
    const field = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [parent = 0, group = 0] = field.slice(1, 3)
    const [user = 0, system = 0] = field.slice(11, 13)
    const [pages = 0] = field.slice(21, 22)
    return [{ pid: Number(name), parent, group, cpuMs: (user + system) * tickMs, memory: pages * pageBytes }]
  })
}

const askPs = (): string =>
  spawnSync('ps', ['-ax', '-o', 'pid=,ppid=,pgid=,time=,rss='], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  }).stdout ?? ''

/** `  12   1   12   0:01.25   2048`; the time as `[[days-]hours:]minutes:seconds`, the memory in KiB. */
export function parsePs(text: string): ProcessUsage[] {
  return text.split('\n').flatMap(line => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):([\d.]+)\s+(\d+)\s*$/.exec(line)
    if (match === null) return []
    const [pid = 0, parent = 0, group = 0, days = 0, hours = 0, minutes = 0, seconds = 0, kib = 0] = match
      .slice(1)
      .map(part => Number(part ?? 0))
    const cpuMs = Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)
    return [{ pid, parent, group, cpuMs, memory: kib * 1024 }]
  })
}

/** The processes of a group, and all that descend from them. */
export function treeOf(leader: number, all: readonly ProcessUsage[]): ProcessUsage[] {
  const found = new Set(all.filter(one => one.pid === leader || one.group === leader))
  for (let before = -1; before !== found.size; ) {
    before = found.size
    const pids = new Set([...found].map(one => one.pid))
    for (const one of all) if (pids.has(one.parent)) found.add(one)
  }
  return [...found]
}
