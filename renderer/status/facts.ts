import type { BuildSummary, Deployment, Step } from '../../shared/domain/records.ts'
import type { ShownStatus } from './status-map.ts'

export function shownStatus(deployment: Deployment): ShownStatus {
  const { status, health } = deployment
  return status === 'live' && health.ready < health.wanted ? 'degraded' : status
}

/** The board's tabs, each a question that a person asks. */
export const groupsOfStatus = {
  live: ['live', 'degraded'],
  building: ['queued', 'building', 'releasing'],
  failed: ['failed'],
  stopped: ['stopped', 'idle', 'removing'],
} as const satisfies Record<string, readonly ShownStatus[]>
export type StatusGroup = keyof typeof groupsOfStatus

export function groupOf(status: ShownStatus): StatusGroup {
  const groups = Object.keys(groupsOfStatus) as StatusGroup[]
  return groups.find(group => (groupsOfStatus[group] as readonly ShownStatus[]).includes(status)) ?? 'stopped'
}

export const shortSha = (sha: string): string => sha.slice(0, 7)

export const stepWords = {
  fetch: 'Fetch',
  plan: 'Plan',
  install: 'Install',
  build: 'Build',
  pack: 'Pack',
} as const satisfies Record<Step['name'], string>

const stepCount = Object.keys(stepWords).length

/** Where a build is: the step at work and its place among all, counted from 1. */
export function progressOf(build: BuildSummary): { word: string; number: number; count: number } {
  const index = build.steps.findLastIndex(step => step.status === 'running')
  const step = build.steps[index] ?? build.steps.at(-1)
  if (step === undefined) return { word: 'Starting', number: 0, count: stepCount }
  return {
    word: stepWords[step.name],
    number: Object.keys(stepWords).indexOf(step.name) + 1,
    count: stepCount,
  }
}

export const isActive = (
  build: BuildSummary | null,
): build is BuildSummary & { status: 'queued' | 'running' } =>
  build !== null && (build.status === 'queued' || build.status === 'running')

/** Of a queued build: what keeps it, as the end of a sentence. */
export const waitFacts = (build: BuildSummary | null): string => build?.waitsFor ?? 'waits for its turn'

export const toSentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What serves and what was tried are two facts; both are told. */
export function failureFacts(deployment: Deployment): string {
  const reason = deployment.failure?.message ?? deployment.latestBuild?.failure?.message ?? 'It failed.'
  if (deployment.serving === null || deployment.health.ready === 0) return reason
  const tried = deployment.latestBuild?.commit.sha
  const live = `live ${shortSha(deployment.serving.commit.sha)}`
  if (tried === undefined || tried === deployment.serving.commit.sha) return `${live} · ${reason}`
  return `${live} · deploy of ${shortSha(tried)} failed: ${reason}`
}

/** `http://blog.localhost:7780` reads as `blog.localhost:7780`. */
export const shortUrl = (url: string): string => url.replace(/^https?:\/\//, '').replace(/\/$/, '')
