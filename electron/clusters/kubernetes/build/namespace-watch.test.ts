import { PassThrough } from 'node:stream'
import type { V1Job } from '@kubernetes/client-node'
import { afterEach, expect, test, vi } from 'vitest'
import { watchNamespace } from './namespace-watch.ts'

const job: V1Job = { metadata: { name: 'build-1', uid: 'job', resourceVersion: '1' } }

let end = new AbortController()
afterEach(() => {
  end.abort()
  end = new AbortController()
})

/** A namespace with the Job while `isThere` says so. Its watches tell nothing, and break when the test says so. */
function open(isThere: () => boolean) {
  const watches: PassThrough[] = []
  const find = async <T>(path: string): Promise<T> =>
    ({ items: path.endsWith('/jobs') && isThere() ? [job] : [], metadata: { resourceVersion: '1' } }) as T
  const stream = async () => {
    const opened = new PassThrough()
    watches.push(opened)
    return opened
  }
  const watch = watchNamespace({
    ...{ api: { find, stream }, namespace: 'build-1', buildId: '1', signal: end.signal },
    onError: () => {},
  })
  return { watch, breakOff: () => watches.map(one => one.destroy(new Error('reset'))), watches }
}

test('a build that was removed before the watch began is gone', async () => {
  const { watch } = open(() => false)
  await watch.until(scene => scene.isGone || undefined)
})

test('a build that was removed while the watch was broken is gone', async () => {
  let isThere = true
  const { watch, watches, breakOff } = open(() => isThere)
  await watch.until(scene => scene.job)
  await vi.waitFor(() => expect(watches).toHaveLength(3))
  expect(watch.scene().isGone).toBe(false)
  isThere = false
  breakOff()
  await watch.until(scene => scene.isGone || undefined)
})

test('who waits for something is told that nobody looks any more', async () => {
  const { watch } = open(() => true)
  const waits = watch.until(() => undefined)
  end.abort(new Error('enough'))
  await expect(waits).rejects.toThrow('enough')
})
