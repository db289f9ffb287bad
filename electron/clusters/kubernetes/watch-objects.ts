import type { KubernetesObject } from '@kubernetes/client-node'
import type { KubernetesApi } from './api.ts'
import { ApiError, toApiError } from './api-failure.ts'
import { type Kind, toPath } from './objects.ts'
import { readLines } from './read-lines.ts'

/** The objects that a label selector names, kept up to date. */
export interface ObjectWatch<T> {
  /** As they were last heard of. */
  items(): T[]
  /** Resolves when they have been listed once. */
  readonly listed: Promise<void>
  /** Resolves when it is so, or with false when that takes longer. */
  until(isMet: (items: T[]) => boolean, limitMs: number): Promise<boolean>
  dispose(): Promise<void>
}

/** The server ends a watch after this time, so that a connection that has died unseen is noticed. */
const watchSeconds = 60
const silenceMs = (watchSeconds + 15) * 1000
const restMs = 500
const backoffMs = { first: 250, most: 20_000 }

/**
 * Lists, then watches from there, with bookmarks; after an error lists anew, with backoff and jitter. `onChange` gets every object
 * that came, changed or went, and after each list all that are there.
 */
export function watchObjects<T extends KubernetesObject>(deps: {
  api: Pick<KubernetesApi, 'find' | 'stream'>
  kind: Kind
  namespace: string
  /** All there are, without. */
  labels?: string
  /** For what is only to be known of, such as Secrets. */
  isOnlyMetadata?: boolean
  onChange: (object: T, isGone: boolean) => void
  onError: (error: unknown) => void
  random?: () => number
}): ObjectWatch<T> {
  const { api, onChange } = deps
  const path = toPath(deps.kind, { namespace: deps.namespace })
  const { isOnlyMetadata = false } = deps
  const end = new AbortController()
  const objects = new Map<string, T>()
  const waiting = new Set<() => void>()
  let tellListed = () => {}
  const listed = new Promise<void>(resolve => {
    tellListed = resolve
  })
  const random = deps.random ?? Math.random

  const keep = (object: T, isGone: boolean) => {
    const uid = object.metadata?.uid ?? ''
    if (isGone) objects.delete(uid)
    else objects.set(uid, object)
  }
  const tell = (object: T, isGone: boolean) => {
    if (end.signal.aborted) return
    onChange(object, isGone)
    for (const look of waiting) look()
  }

  const list = async (): Promise<string> => {
    const items: T[] = []
    let version = ''
    let next: string | undefined
    do {
      const page: ListPage<T> | undefined = await api.find<ListPage<T>>(
        path,
        { labelSelector: deps.labels, limit: 250, continue: next },
        { isOnlyMetadata },
      )
      items.push(...(page?.items ?? []))
      version = page?.metadata?.resourceVersion ?? ''
      next = page?.metadata?.continue || undefined
    } while (next !== undefined && !end.signal.aborted)
    const gone = [...objects.values()].filter(
      known => !items.some(item => item.metadata?.uid === known.metadata?.uid),
    )
    for (const object of gone) keep(object, true)
    for (const object of items) keep(object, false)
    tellListed()
    for (const object of gone) tell(object, true)
    for (const object of items) tell(object, false)
    for (const look of waiting) look()
    return version
  }

  /** Reads one watch to its end. Resolves with the version to go on from. */
  const read = async (from: string): Promise<string> => {
    let version = from
    const silence = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const heard = () => {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), silenceMs)
    }
    heard()
    try {
      const stream = await api.stream(
        path,
        {
          watch: true,
          labelSelector: deps.labels,
          resourceVersion: from,
          allowWatchBookmarks: true,
          timeoutSeconds: watchSeconds,
        },
        AbortSignal.any([end.signal, silence.signal]),
        { isOnlyMetadata },
      )
      for await (const lines of readLines(stream)) {
        heard()
        for (const line of lines) take(JSON.parse(line) as WatchEvent<T>)
      }
      return version
    } finally {
      clearTimeout(timer)
    }

    function take(event: WatchEvent<T>) {
      if (event.type === 'ERROR') throw toApiError(event.object.code ?? 500, JSON.stringify(event.object))
      version = event.object.metadata?.resourceVersion ?? version
      if (event.type === 'BOOKMARK') return
      keep(event.object, event.type === 'DELETED')
      tell(event.object, event.type === 'DELETED')
    }
  }

  const run = async () => {
    let failures = 0
    while (!end.signal.aborted) {
      try {
        let version = await list()
        failures = 0
        while (!end.signal.aborted) {
          version = await read(version)
          // So that a server that ends every watch at once is not flooded.
          await pause(restMs * random(), end.signal)
        }
      } catch (error) {
        if (end.signal.aborted) return
        // Too old a version is no trouble: the list brings what was missed.
        if (!(error instanceof ApiError && error.status === 410)) deps.onError(error)
        const most = Math.min(backoffMs.first * 2 ** failures++, backoffMs.most)
        await pause(most / 2 + (most / 2) * random(), end.signal)
      }
    }
  }
  const running = run()

  return {
    items: () => [...objects.values()],
    listed,
    until(isMet, limitMs) {
      return new Promise(resolve => {
        const settle = (isSo: boolean) => {
          waiting.delete(look)
          clearTimeout(timer)
          resolve(isSo)
        }
        const look = () => {
          if (isMet([...objects.values()])) settle(true)
          else if (end.signal.aborted) settle(false)
        }
        const timer = setTimeout(() => settle(false), limitMs)
        waiting.add(look)
        void listed.then(look)
      })
    },
    async dispose() {
      end.abort()
      tellListed()
      for (const look of waiting) look()
      await running
    },
  }
}

interface ListPage<T> {
  readonly items: T[]
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T & { code?: number }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
