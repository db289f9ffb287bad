import { assertNever } from '../../../../shared/domain/assert-never.ts'
import type { Failure } from '../../../../shared/domain/failure.ts'
import { type HealthAnswer, isHealthy, toHealthFailure } from '../../health.ts'
import type { ListeningPort } from './listening.ts'
import type { Trouble } from './trouble.ts'

/** What a closer look brought. */
export interface Evidence {
  /** The last lines of the app. */
  readonly lines: readonly string[]
  readonly listening: readonly ListeningPort[]
  /** Of the health path, where there is one and something listens. */
  readonly health?: HealthAnswer
}

/** A trouble in plain words. */
export function toTroubleFailure(trouble: Trouble, evidence: Evidence): Failure {
  const failure = explain(trouble, evidence)
  return evidence.lines.length === 0 ? failure : { ...failure, lines: [...evidence.lines] }
}

function explain(trouble: Trouble, evidence: Evidence): Failure {
  switch (trouble.kind) {
    case 'image':
      return explainImage(trouble)
    case 'user':
      return {
        code: 'image_refused',
        message: 'The image runs as root or as a user that it only names, and apps run here as no root.',
        hint: 'Set a numeric user other than 0 in its Dockerfile, such as USER 1000, then deploy again.',
      }
    case 'settings':
      return {
        code: 'image_refused',
        message: `The container cannot be made: ${trouble.detail}.`,
        hint: 'Mend what it names, then deploy again.',
      }
    case 'command':
      return {
        code: 'image_refused',
        message: `The image's command cannot be started: ${shorten(trouble.detail)}.`,
        hint: 'Correct the command in its Dockerfile or in the plan, then deploy again.',
      }
    case 'crash':
      if (trouble.isOtherUser && evidence.lines.some(line => isRefusal.test(line))) {
        return {
          code: 'image_refused',
          message: `The image is made to run as root, and apps run here without its rights, as user 1000: it ${howItEnded(trouble.exitCode)}${howOften(trouble)}.`,
          hint: 'Take a variant of it that needs no root (such as nginxinc/nginx-unprivileged for nginx), or set a numeric USER in its Dockerfile that may write where the app does.',
        }
      }
      if (trouble.isOfAddOn && evidence.lines.some(line => isRefusal.test(line))) {
        return {
          code: 'cluster_unfit',
          message: `The database may not write into its volume: it ${howItEnded(trouble.exitCode)}${howOften(trouble)}.`,
          hint: 'The storage class makes volumes that only root may write, and follows no fsGroup. Have whoever runs the cluster choose another default class.',
        }
      }
      return {
        code: 'start_exited',
        message: `The ${trouble.isOfAddOn ? 'database' : 'app'} ${howItEnded(trouble.exitCode)}${howOften(trouble)}.`,
        hint: 'Its last lines tell why. Mend it in the repository, then deploy again.',
      }
    case 'memory':
      return {
        code: 'out_of_memory',
        message: `The app took more memory than its limit of ${trouble.limit} and was ended.`,
        hint: 'Let it use less, or give it more memory, then deploy again.',
      }
    case 'silent':
      return explainSilence(trouble, evidence)
    case 'quota':
      return {
        code: 'quota_exceeded',
        message: `There is no room left in what you may use of the cluster: ${quotaOf(trouble.detail)}.`,
        hint: 'Choose a smaller size or fewer instances, stop another deployment, or raise the quota on the page of the cluster.',
      }
    case 'size':
      return {
        code: 'quota_exceeded',
        message: `One instance may not have that much: ${limitOf(trouble.detail)}.`,
        hint: 'Choose a smaller size, or raise the limit on the page of the cluster, then deploy again.',
      }
    case 'refused':
      return {
        code: 'cluster_denied',
        message: `The cluster admits no pod of the app: ${shorten(trouble.detail)}.`,
        hint: 'Whoever runs the cluster can tell which of its rules says so.',
      }
    case 'unschedulable':
      return {
        code: 'unschedulable',
        message: `No node of the cluster has a place for the app: ${shorten(trouble.detail)}.`,
        hint: 'Choose a smaller size, stop something else there or add a node, then deploy again.',
      }
    case 'evicted':
      return {
        code: 'unschedulable',
        message: `The node ran short and put the app out: ${shorten(trouble.detail)}.`,
        hint: 'The cluster starts it again where there is room.',
      }
    case 'late':
      return {
        code: 'start_timed_out',
        message: `The app was not ready in time: ${shorten(trouble.detail)}.`,
        hint: 'Its log and the events of its pod tell what it waits for.',
      }
    default:
      return assertNever(trouble)
  }
}

function explainImage({ image, detail }: Extract<Trouble, { kind: 'image' }>): Failure {
  const failure = (why: string, hint: string): Failure => ({
    code: 'image_unavailable',
    message: `The nodes cannot pull the image ${image}: ${why}.`,
    hint,
  })
  if (/unauthorized|authentication required|denied|forbidden|403|401/i.test(detail)) {
    return failure('the registry does not let them in', 'Give the cluster the registry’s credentials.')
  }
  if (/x509|certificate|http: server gave HTTP response to HTTPS client/i.test(detail)) {
    return failure(
      `they do not trust the registry (${shorten(detail)})`,
      'The nodes need the registry’s certificate authority, or to know that it speaks plain http.',
    )
  }
  if (/no match for platform|exec format/i.test(detail)) {
    return failure('it is made for another kind of processor', 'Build it for the processors of the nodes.')
  }
  if (/not found|manifest unknown|does not exist|404/i.test(detail)) {
    return failure('there is no such image', 'Deploy again to build it anew, or correct its name.')
  }
  if (/dial tcp|timeout|no such host|connection refused|unreachable/i.test(detail)) {
    return failure(
      `the registry does not answer them (${shorten(detail)})`,
      'See whether the nodes reach it.',
    )
  }
  return failure(shorten(detail) || 'the reason is not known', 'See whether the nodes reach the registry.')
}

function explainSilence(
  { port, path, limitMs }: Extract<Trouble, { kind: 'silent' }>,
  { listening, health }: Evidence,
): Failure {
  const seconds = Math.round(limitMs / 1000)
  const here = listening.find(one => one.port === port)
  if (here?.isLoopback) {
    return {
      code: 'loopback_only',
      message: `The app listens on port ${port} for itself only (127.0.0.1), so nobody else can reach it.`,
      hint: 'Let it listen on 0.0.0.0, then deploy again.',
      port,
    }
  }
  const elsewhere = listening.filter(one => one.port !== port)
  const [first] = elsewhere
  if (first !== undefined && here === undefined) {
    const ports = elsewhere.map(one => one.port).join(', ')
    return {
      code: 'port_differs',
      message: `The app listens on port ${ports}, and nothing listens on port ${port}.`,
      hint: `Set the port to ${first.port}, or let the app listen on the port in the variable PORT.`,
      port: first.port,
    }
  }
  if (here !== undefined && path !== undefined && health !== undefined) {
    return isHealthy(health)
      ? tooLate({ path, port, seconds })
      : toHealthFailure({ path, port, answer: health })
  }
  return {
    code: 'start_timed_out',
    message: `Nothing listened on port ${port} within ${seconds} s.`,
    hint: 'An app has to listen on the port in the variable PORT. Look into its log for what it waits for.',
    port,
  }
}

/** It answers by now. */
const tooLate = ({ path, port, seconds }: { path: string; port: number; seconds: number }): Failure => ({
  code: 'health_failed',
  message: `The app was not ready within ${seconds} s: ${path} answered well on port ${port} only after that, or only from within.`,
  hint: 'Let it be ready sooner, or choose a health path that answers before all is warm, then deploy again.',
  port,
})

const isRefusal =
  /permission denied|operation not permitted|EACCES|EPERM|must be (?:run|started) as root|not permitted to/i

/** Programs that were ended by a signal have 128 and its number for their exit code. */
function howItEnded(exitCode: number): string {
  const signals: Record<number, string> = { 134: 'SIGABRT', 137: 'SIGKILL', 139: 'SIGSEGV', 143: 'SIGTERM' }
  const signal = signals[exitCode]
  return signal === undefined ? `exited with code ${exitCode}` : `was ended by ${signal}`
}

function howOften({ restarts, isRunning }: Extract<Trouble, { kind: 'crash' }>): string {
  const times = isRunning ? restarts : restarts + 1
  return times > 1 ? `, ${times} times in a row` : ''
}

/** `exceeded quota: slipway, requested: pods=1, used: pods=60, limited: pods=60` */
const quotaOf = (detail: string): string => /requested: .*/.exec(detail)?.[0] ?? shorten(detail)

/** `pods "x" is forbidden: [maximum cpu usage per Container is 500m, but limit is 1, ...]` */
const limitOf = (detail: string): string => /maximum .*?(?=\]|$)/.exec(detail)?.[0] ?? shorten(detail)

const shorten = (detail: string): string => detail.trim().replace(/\.$/, '').slice(0, 400)
