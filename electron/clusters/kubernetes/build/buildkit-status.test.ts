import { describe, expect, test } from 'vitest'
import { createBuildkitStatus } from './buildkit-status.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const log = (vertex: string, text: string, stream = 1) =>
  JSON.stringify({ logs: [{ vertex, stream, data: Buffer.from(text).toString('base64') }] })
const vertex = (one: object) => JSON.stringify({ vertexes: [one] })
const run = { digest: 'a', name: '[build 2/3] RUN npm ci', started: at(1) }

function texts(lines: readonly string[], secrets: readonly string[] = []): string[] {
  const status = createBuildkitStatus(secrets)
  return [...lines.flatMap(status.push), ...status.end()].map(line => line.text)
}

describe('the status stream of BuildKit', () => {
  test('becomes lines with the name of each thing, its output and its time', () => {
    expect(
      texts([
        vertex({ digest: 'a', name: run.name }),
        vertex(run),
        log('a', 'added 57 '),
        log('a', 'packages\nall '),
        vertex({ ...run, completed: at(3) }),
      ]),
    ).toEqual(['#1 [build 2/3] RUN npm ci', '#1 added 57 packages', '#1 all ', '#1 done in 2.0 s'])
  })

  test('output that comes with the end of its step comes before the end', () => {
    const line = JSON.stringify({
      vertexes: [{ ...run, completed: at(2) }],
      logs: [{ vertex: 'a', stream: 2, data: Buffer.from('last words\n').toString('base64') }],
    })
    expect(texts([vertex(run), line])).toEqual([
      '#1 [build 2/3] RUN npm ci',
      '#1 last words',
      '#1 done in 1.0 s',
    ])
  })

  test('what was cached is said to be', () => {
    expect(texts([vertex({ ...run, completed: at(1), cached: true })])).toEqual([
      '#1 [build 2/3] RUN npm ci: cached',
    ])
  })

  test('an error is kept with what failed; a cache that is not there yet is none', () => {
    const status = createBuildkitStatus([])
    const importing = {
      digest: 'c',
      name: 'importing cache manifest from r',
      started: at(1),
      completed: at(1),
    }
    const lines = [
      vertex({ ...importing, error: 'failed to configure: r: not found' }),
      vertex({ ...run, completed: at(2), error: 'process "npm ci" did not complete: exit code: 1' }),
    ].flatMap(status.push)
    expect(lines.map(line => line.text)).toEqual([
      '#1 importing cache manifest from r',
      '#1 there is no cache yet',
      '#2 [build 2/3] RUN npm ci',
      '#2 failed: process "npm ci" did not complete: exit code: 1',
    ])
    expect(status.vertexes().map(one => one.error)).toEqual([
      null,
      'process "npm ci" did not complete: exit code: 1',
    ])
  })

  test('a secret is masked wherever it is torn', () => {
    const lines = [
      vertex(run),
      log('a', 'token is hunt'),
      log('a', 'er2-hunter2!\n'),
      'no json: hunter2-hunter2',
    ]
    expect(texts(lines, ['hunter2-hunter2'])).toEqual([
      '#1 [build 2/3] RUN npm ci',
      '#1 token is ***!',
      'no json: ***',
    ])
  })

  test('the same stream gives the same lines again', () => {
    const lines = [vertex(run), log('a', 'one\ntwo'), log('a', '\n'), vertex({ ...run, completed: at(4) })]
    expect(texts(lines)).toEqual(texts(lines))
  })
})
