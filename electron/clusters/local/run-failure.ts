import type { Failure } from '../../../shared/domain/failure.ts'
import { type HealthAnswer, toHealthFailure } from '../health.ts'
import { firstProgram, isOnPath } from './environment.ts'
import type { PortHolder } from './ports.ts'

/** What is known of an instance that ended without having been asked to. */
export interface RunFacts {
  readonly deploymentId: string
  readonly command: string
  readonly path: string
  /** `lost`: its supervisor was killed from outside. `late`: Slipway gave up waiting for it. */
  readonly end: 'exited' | 'lost' | 'late'
  readonly exitCode: number | null
  readonly signal: string | null
  readonly wasReady: boolean
  /** It listens nowhere. */
  readonly isWorker: boolean
  /** It listened, and its health path did not answer well. */
  readonly unhealthy?: { path: string; port: number; answer: HealthAnswer } | undefined
  readonly lines: readonly string[]
  readonly expectedPort: number | null
  readonly limitMs: number
  readonly findHolder: (port: number) => PortHolder | undefined
  readonly nameOf: (deploymentId: string) => string | undefined
}

export const shownLines = 20

/** Why it ended, as it is shown. */
export function toRunFailure(facts: RunFacts): Failure {
  const lines = facts.lines.slice(-shownLines)
  const failure = explain(facts)
  return lines.length === 0 ? failure : { ...failure, lines }
}

/** Order is the specification: the first that applies. */
function explain(facts: RunFacts): Failure {
  if (facts.end === 'lost') {
    return {
      code: 'app_crashed',
      message: 'The small program that watches over the app was killed, and the app was ended with it.',
      hint: 'Start the app again. If it happens again, look for what ends programs on this computer.',
    }
  }
  const { unhealthy } = facts
  if (facts.end === 'late') return unhealthy ? toHealthFailure(unhealthy) : startTimedOut(facts)
  if (facts.wasReady) {
    return {
      code: 'app_crashed',
      message: `The app ${howItEnded(facts)}.`,
      hint: 'Its last lines tell why. Mend it in the repository, then deploy again.',
    }
  }
  return unhealthy
    ? exitedUnhealthy(facts, unhealthy)
    : facts.isWorker
      ? (toolMissing(facts) ?? workerExited(facts))
      : (portTaken(facts) ?? toolMissing(facts) ?? startExited(facts))
}

function startTimedOut({ limitMs, expectedPort }: RunFacts): Failure {
  const seconds = Math.round(limitMs / 1000)
  return {
    code: 'start_timed_out',
    message: `The app never listened on a port within ${seconds} s${
      expectedPort === null ? '' : `, neither on port ${expectedPort} nor on the one that PORT offers`
    }.`,
    hint: 'An app has to listen on the port in the variable PORT. Look into its log for what it waits for.',
    ...(expectedPort === null ? {} : { port: expectedPort }),
  }
}

function startExited(facts: RunFacts): Failure {
  const where = facts.expectedPort === null ? 'a port' : `port ${facts.expectedPort}`
  return {
    code: 'start_exited',
    message: `The app ${howItEnded(facts)} before it listened on ${where}.`,
    hint: 'Its last lines tell why. Mend it in the repository, or change the start command, then deploy again.',
    ...(facts.expectedPort === null ? {} : { port: facts.expectedPort }),
  }
}

function workerExited(facts: RunFacts): Failure {
  return {
    code: 'start_exited',
    message: `The worker ${howItEnded(facts)} right after its start.`,
    hint: 'A worker runs until it is stopped. Its last lines tell why it ended: mend it in the repository, or change the start command, then deploy again.',
  }
}

function exitedUnhealthy(facts: RunFacts, { path, port }: { path: string; port: number }): Failure {
  return {
    code: 'start_exited',
    message: `The app ${howItEnded(facts)} before it was ready at ${path} on port ${port}.`,
    hint: 'Its last lines tell why. Mend it in the repository, then deploy again.',
    port,
  }
}

function toolMissing({ command, path, exitCode }: RunFacts): Failure | undefined {
  const program = firstProgram(command)
  if (exitCode !== 127 || program === undefined || isOnPath(program, path)) return undefined
  return missingTool(program, command)
}

/** A command whose program is not on this computer. */
export function missingTool(program: string, command: string): Failure {
  return {
    code: 'tool_missing',
    message: `The program ${program} is not on this computer; "${command}" needs it.`,
    hint: `Install ${program}, or change the command in the plan, then deploy again.`,
  }
}

const inUse = /EADDRINUSE|address (?:is )?already in use|Only one usage of each socket address/i

function portTaken(facts: RunFacts): Failure | undefined {
  const isSaid = facts.lines.some(text => inUse.test(text))
  const isMentioned = facts.lines.some(text => text.includes(String(facts.expectedPort)))
  const port = (isSaid ? portIn(facts.lines) : undefined) ?? facts.expectedPort
  if (port === null || !(isSaid || isMentioned)) return undefined
  const holder = facts.findHolder(port)
  if (!isSaid && holder === undefined) return undefined
  return {
    code: 'port_taken',
    message: `Port ${port} is taken by ${holderInWords(holder, facts)}, so the app could not listen on it.`,
    hint: 'Stop the other program, or let the app listen on the port in the variable PORT, which Slipway keeps free.',
    port,
  }
}

function holderInWords(holder: PortHolder | undefined, facts: RunFacts): string {
  if (holder === undefined) return 'another program'
  const deploymentId = holder.job?.split('/')[0]
  if (deploymentId === undefined) return `${holder.program} (pid ${holder.pid})`
  if (deploymentId === facts.deploymentId) return `another release of this app (pid ${holder.pid})`
  return `the deployment ${facts.nameOf(deploymentId) ?? deploymentId} (${holder.program}, pid ${holder.pid})`
}

/** `address already in use :::3000`, `0.0.0.0:3000: bind: address already in use`; below it Node prints `port: 3000`. */
function portIn(lines: readonly string[]): number | undefined {
  const texts = [
    ...lines.filter(text => inUse.test(text)),
    ...lines.filter(text => /^\s*port: \d+,?$/.test(text)),
  ]
  return texts
    .flatMap(text => /:(\d{2,5})(?!\d)/.exec(text)?.[1] ?? /port\D{0,3}(\d{2,5})/i.exec(text)?.[1] ?? [])
    .map(Number)
    .find(port => port > 0 && port <= 65535)
}

function howItEnded({ exitCode, signal }: RunFacts): string {
  return signal === null ? `exited with code ${exitCode ?? '?'}` : `was ended by ${signal}`
}
