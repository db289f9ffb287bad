import type { BuildSummary, Step } from '../../shared/domain/records.ts'
import type { BuildStatus } from '../../shared/domain/status.ts'

/** The picture is taken with its clock at this time. */
export const now = Date.now()
const second = 1_000
const minute = 60 * second

const step = (name: Step['name'], status: Step['status'], began: number, took: number | null): Step => ({
  ...{ name, status, logSeq: 1, startedAt: now - began },
  finishedAt: took === null ? null : now - began + took,
})

const first = [step('fetch', 'succeeded', 98 * second, 840), step('plan', 'succeeded', 97 * second, 120)]
export const steps = {
  running: [
    ...first,
    step('install', 'succeeded', 96 * second, 12 * second),
    {
      ...step('build', 'running', 84 * second, null),
      parts: [
        part('[build 1/3] FROM node:24-alpine', 84 * second, 2 * second, { isCached: true }),
        part('[build 2/3] RUN npm ci', 82 * second, 40 * second, {}),
        part('[build 3/3] RUN npm run build', 42 * second, null, {}),
      ],
    },
  ],
  failed: [
    ...first,
    step('install', 'skipped', 96 * second, 0),
    {
      ...step('build', 'failed', 84 * second, 31 * second),
      parts: [part('[build 2/3] RUN npm run build', 84 * second, 31 * second, { hasFailed: true })],
    },
  ],
} satisfies Record<string, Step[]>

function part(title: string, began: number, took: number | null, is: { isCached?: true; hasFailed?: true }) {
  return {
    ...{ title, startedAt: now - began, isCached: false, hasFailed: false },
    finishedAt: took === null ? null : now - began + took,
    ...is,
  }
}

export const failure = {
  code: 'not_listening',
  message: 'The app never listened on port 3000. It listens on 8080.',
  hint: 'Tell Slipway the port that it listens on, or let it read PORT.',
  lines: ['> node server.js', 'listening on http://0.0.0.0:8080'],
} as const

export function build(status: BuildStatus): BuildSummary {
  const isStarted = status !== 'queued'
  const isOver = isStarted && status !== 'running'
  return {
    id: status.padEnd(26, '0'),
    deploymentId: '0'.repeat(26),
    status,
    commit: { sha: '9f8e7d6'.padEnd(40, '0'), subject: 'New cart', author: 'Ana', at: now - 5 * minute },
    steps: status === 'running' ? steps.running : [],
    reusedBuildId: null,
    waitsFor: status === 'queued' ? 'waits for two other builds on this computer' : null,
    usualMs: status === 'running' ? 3 * minute : null,
    failure:
      status === 'failed'
        ? { ...failure, code: 'build_failed', message: '`npm ci` failed: package-lock.json is out of date.' }
        : null,
    requestedBy: 'ana',
    createdAt: now - 4 * minute,
    startedAt: isStarted ? now - 98 * second : null,
    finishedAt: isOver ? now - 36 * second : null,
  } as BuildSummary
}

/** A day of an app that slept in between, and grew. */
export const points = Array.from({ length: 60 }, (_, index) => ({
  at: now - (60 - index) * minute,
  value: 0.2 + 0.1 * Math.sin(index / 4) + index / 200,
}))
export const withGap = points.filter((_, index) => index < 22 || index > 38)
export const restarts = points.map(({ at }, index) => ({ at, value: index < 20 ? 0 : index < 45 ? 1 : 3 }))
