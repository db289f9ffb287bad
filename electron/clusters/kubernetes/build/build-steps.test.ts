import { describe, expect, test } from 'vitest'
import type { Plan } from '../../../../shared/domain/plan.ts'
import { toBuildkitSteps, toStepName } from './build-steps.ts'
import type { Vertex } from './buildkit-status.ts'

const plan: Plan = {
  kind: 'node',
  label: 'Node (npm)',
  root: '.',
  runtime: null,
  install: { value: 'npm ci', origin: 'package-lock.json' },
  build: { value: 'npm run build', origin: 'package.json' },
  start: { value: 'npm start', origin: 'package.json' },
  output: null,
  fallback: null,
  port: null,
  notes: [],
}
const dockerfile: Plan = { ...plan, kind: 'dockerfile', install: null, build: null, start: null }

test.each([
  ['[internal] load build definition from Dockerfile', plan, 'install'],
  ['[build 1/5] FROM docker.io/library/node:24-slim', plan, 'install'],
  ['[build 4/5] RUN --mount=type=secret,id=A,env=A npm ci', plan, 'install'],
  ['[build 5/5] RUN npm run build', plan, 'build'],
  ['[stage-1 2/2] COPY --from=build /app ./', plan, 'pack'],
  ['exporting to image', plan, 'pack'],
  ['[build 1/2] FROM docker.io/library/node:24-slim', { ...plan, install: null, build: null }, 'pack'],
  ['[stage-1 2/2] RUN make', dockerfile, 'build'],
  ['exporting cache to registry', dockerfile, 'pack'],
] as const)('%s', (name, of, step) => {
  expect(toStepName({ name }, of)).toBe(step)
})

describe('the steps of a build', () => {
  const vertex = (name: string, startedAt: number | null, more: Partial<Vertex> = {}): Vertex => ({
    name,
    startedAt,
    finishedAt: null,
    isCached: false,
    error: null,
    ...more,
  })

  const part = (title: string, startedAt: number, finishedAt: number | null) => ({
    ...{ title, startedAt, finishedAt },
    ...{ isCached: false, hasFailed: false },
  })

  test('go from the first begin to the last end of what belongs to them, which is in the order in which it began', () => {
    const vertexes = [
      vertex('[build 4/5] RUN --mount=type=cache,target=/root/.npm npm ci', 30, {
        finishedAt: 50,
        isCached: true,
      }),
      vertex('[build 1/5] FROM node', 10, { finishedAt: 20 }),
      vertex('[build 5/5] RUN npm run build', 60),
      vertex('[stage-1 2/2] COPY --from=build /app ./', null),
    ]
    expect(toBuildkitSteps({ vertexes, plan, logSeqs: { install: 3, build: 9 }, end: null })).toEqual([
      {
        ...{ name: 'install', status: 'succeeded', startedAt: 10, finishedAt: 50, logSeq: 3 },
        parts: [
          part('[build 1/5] FROM node', 10, 20),
          { ...part('[build 4/5] RUN npm ci', 30, 50), isCached: true },
        ],
      },
      {
        ...{ name: 'build', status: 'running', startedAt: 60, finishedAt: null, logSeq: 9 },
        parts: [part('[build 5/5] RUN npm run build', 60, null)],
      },
    ])
  })

  test('the one at work goes on between two of its commands', () => {
    const vertexes = [
      vertex('[build 4/5] RUN npm ci', 10, { finishedAt: 20 }),
      vertex('[build 5/5] RUN npm run build', 30, { finishedAt: 40 }),
    ]
    const look = (end: null | 'succeeded') =>
      toBuildkitSteps({ vertexes, plan, logSeqs: { install: 3, build: 9 }, end }).map(
        ({ name, status, finishedAt }) => [name, status, finishedAt],
      )
    expect(look(null)).toEqual([
      ['install', 'succeeded', 20],
      ['build', 'running', null],
    ])
    expect(look('succeeded')).toEqual([
      ['install', 'succeeded', 20],
      ['build', 'succeeded', 40],
    ])
  })

  test('one that was never finished failed with the build', () => {
    const vertexes = [vertex('[build 5/5] RUN npm run build', 60, { error: 'exit code 1', finishedAt: 70 })]
    expect(toBuildkitSteps({ vertexes, plan, logSeqs: { build: 2 }, end: 'failed' })).toEqual([
      {
        ...{ name: 'build', status: 'failed', startedAt: 60, finishedAt: 70, logSeq: 2 },
        parts: [{ ...part('[build 5/5] RUN npm run build', 60, 70), hasFailed: true }],
      },
    ])
  })
})
