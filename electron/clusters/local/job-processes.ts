import { setTimeout as delay } from 'node:timers/promises'
import {
  listProcesses,
  type ProcessIdentity,
  type ProcessInfo,
  readVariable,
  signalProcess,
} from './processes.ts'

/** The variable that every process of a job inherits: `<deployment id>/<build id, or release id and run>`. */
export const markerVariable = 'SLIPWAY_JOB'

/**
 * Everything that runs on behalf of a job: the leader's group and session, and (Linux) whatever carries the marker,
 * such as a daemon that left both. The supervisor itself carries the marker too: name it in `except`.
 */
export function findJobProcesses(job: {
  marker: string
  leader: ProcessIdentity | null
  except?: number
}): ProcessInfo[] {
  const all = listProcesses()
  const group = groupOf(job.leader, all)
  return all.filter(
    info =>
      info.pid !== job.except &&
      ((group !== undefined && (info.group === group || info.session === group)) ||
        readVariable(info.pid, markerVariable) === job.marker),
  )
}

/** Everything that carries a marker of the deployment (Linux; elsewhere nothing is found). */
export function findDeploymentProcesses(deploymentId: string): ProcessInfo[] {
  return listProcesses().filter(info =>
    readVariable(info.pid, markerVariable)?.startsWith(`${deploymentId}/`),
  )
}

/** TERM to all that `find` finds, a grace, then KILL until it finds nothing. */
export async function terminate(find: () => ProcessInfo[], graceMs: number): Promise<void> {
  const asked = new Set<string>()
  const deadline = performance.now() + graceMs
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    const found = find()
    if (found.length === 0) return
    const isOver = performance.now() >= deadline
    for (const info of found) {
      const key = `${info.pid} ${info.startTime}`
      if (isOver) signalProcess(info, 'SIGKILL')
      else if (!asked.has(key)) signalProcess(info, 'SIGTERM')
      asked.add(key)
    }
    await delay(pauseMs)
  }
}

/** The leader's pid names its group and session, unless the pid went on to somebody else. */
function groupOf(leader: ProcessIdentity | null, all: readonly ProcessInfo[]): number | undefined {
  if (leader === null) return undefined
  const holder = all.find(info => info.pid === leader.pid)
  return holder === undefined || holder.startTime === leader.startTime ? leader.pid : undefined
}
