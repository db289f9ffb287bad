import type { AgentOptions, RequestOptions } from 'node:https'
import { Readable } from 'node:stream'
import { HttpMethod, type KubeConfig, type KubernetesObject, RequestContext } from '@kubernetes/client-node'
import { Agent, type Dispatcher, fetch, type Response } from 'undici'
import type { Failure } from '../../../shared/domain/failure.ts'
import { isMissing, toApiError, toClusterFailure, toNoApi, toRedirected } from './api-failure.ts'
import { ContextConfig } from './kubeconfig.ts'
import { fieldManager } from './names.ts'
import { type Kind, pathOf, toPath } from './objects.ts'

type Query = Readonly<Record<string, string | number | boolean | undefined>>
/**
 * `isOnlyMetadata`: objects come without their specs and contents. `signal`: ends it before its time; what is thrown then is its
 * reason.
 */
type Wish = { readonly isOnlyMetadata?: boolean; readonly signal?: AbortSignal | undefined }
type Selectors = {
  readonly labels?: string | undefined
  readonly fields?: string | undefined
  readonly signal?: AbortSignal | undefined
}
type Place = { readonly namespace?: string; readonly name?: string }

/**
 * The API of one cluster. Every request has a limit. Connection troubles and refusals of the connection as a whole come as
 * `SlipwayError`; what the server says of a single object comes as `ApiError`.
 */
export interface KubernetesApi {
  /** For port-forward, exec and whatever else needs a WebSocket. */
  readonly config: KubeConfig
  /** GET of any path. Undefined: 404. */
  find<T>(path: string, query?: Query, wish?: Wish): Promise<T | undefined>
  get<T extends KubernetesObject>(kind: Kind, place: Place): Promise<T | undefined>
  /** All that the selectors name, in pages. */
  list<T extends KubernetesObject>(kind: Kind, place: Place, selectors?: Selectors): Promise<T[]>
  /** The same, page by page, for what need not be kept. */
  pages<T extends KubernetesObject>(kind: Kind, place: Place, selectors?: Selectors): AsyncGenerator<T[]>
  /**
   * Server-side apply: the object has these fields, and they are ours. Unless it `isForced`, one that is somebody else's and has
   * another value is an `ApiError` of 409.
   */
  apply<T extends KubernetesObject>(object: T, options?: { isForced: boolean }): Promise<T>
  /**
   * Merge patch, for fields that are not ours alone. With a `resourceVersion`, a change in between is an `ApiError` of 409.
   */
  patch(kind: Kind, place: Required<Pick<Place, 'name'>> & Place, change: object): Promise<void>
  /** JSON patch, for what is taken out: all of it or, where a `test` fails, nothing and an `ApiError` of 422. */
  edit(object: KubernetesObject, operations: readonly object[]): Promise<void>
  /** POST; what is there already is an `ApiError` of 409. */
  create<T extends KubernetesObject>(object: T): Promise<T>
  /** A question that is asked by creating an object, such as SelfSubjectAccessReview. */
  ask<T>(path: string, body: object): Promise<T>
  /** With what it owns, in the background. No error when it is not there. */
  remove(kind: Kind, place: Required<Pick<Place, 'name'>> & Place): Promise<void>
  /** A body that is read as it comes: logs and watches. Ends with the signal. */
  stream(path: string, query: Query, signal: AbortSignal, wish?: Wish): Promise<Readable>
  /** Ends what is under way, and the connections. */
  dispose(): Promise<void>
}

interface Request {
  readonly method: keyof typeof HttpMethod
  readonly path: string
  readonly query?: Query | undefined
  readonly body?: object
  readonly contentType?: string
  readonly isOnlyMetadata?: boolean | undefined
  readonly signal: AbortSignal
}

const requestMs = 15_000
const pageSize = 250

/** `config`'s current context is the cluster; it is not changed later. */
export function createApi(
  config: KubeConfig,
  /** How each request went: null when the cluster answered. */
  note: (failure: Failure | null) => void = () => {},
): KubernetesApi {
  const context = config.getCurrentContext()
  const dispatchers = keepDispatcher(config)
  let isDisposed = false

  const send = async (request: Request): Promise<Response> => {
    const response = await sendOnce(request)
    // Credentials can end before they say so.
    if (response.status !== 401 || !(config instanceof ContextConfig) || !config.forgetCredentials())
      return toGood(response)
    await response.body?.cancel()
    return toGood(await sendOnce(request))
  }

  const sendOnce = async (request: Request): Promise<Response> => {
    try {
      const server = config.getCurrentCluster()?.server ?? ''
      const url = new URL(server.replace(/\/+$/, '') + request.path)
      for (const [name, value] of Object.entries(request.query ?? {}))
        if (value !== undefined) url.searchParams.set(name, String(value))
      const { headers, dispatcher } = await dispatchers.sign(url)
      return await fetch(url, {
        method: request.method,
        headers: {
          ...headers,
          ...(request.isOnlyMetadata ? { accept: onlyMetadata(request.query) } : {}),
          ...(request.body === undefined
            ? {}
            : { 'content-type': request.contentType ?? 'application/json' }),
        },
        signal: request.signal,
        redirect: 'manual',
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        ...(dispatcher === undefined ? {} : { dispatcher }),
      })
    } catch (error) {
      if (request.signal.aborted && !isTimeout(request.signal)) throw error
      const failure = toClusterFailure(error, context)
      // That we hung up says nothing of the cluster.
      if (!isDisposed) note(failure.failure)
      throw failure
    }
  }

  const toGood = async (response: Response): Promise<Response> => {
    note(null)
    if (response.ok) return response
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      throw toRedirected(context, response.headers.get('location') ?? '')
    }
    throw toApiError(response.status, await response.text())
  }

  const json = async <T>({
    signal,
    ...request
  }: Omit<Request, 'signal'> & { signal?: AbortSignal | undefined }): Promise<T> => {
    const limit = AbortSignal.timeout(requestMs)
    const response = await send({
      ...request,
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    })
    const text = await response.text()
    try {
      return JSON.parse(text) as T
    } catch {
      throw toNoApi(context)
    }
  }

  const find = async <T>(path: string, query?: Query, wish?: Wish): Promise<T | undefined> =>
    json<T>({ method: 'GET', path, query, ...wish }).catch(error => {
      if (isMissing(error)) return undefined
      throw error
    })

  async function* pages<T extends KubernetesObject>(
    kind: Kind,
    place: Place,
    { labels, fields, signal }: Selectors = {},
  ): AsyncGenerator<T[]> {
    let next: string | undefined
    do {
      const page = await json<{ items: T[]; metadata?: { continue?: string } }>({
        method: 'GET',
        path: toPath(kind, place),
        query: { limit: pageSize, labelSelector: labels, fieldSelector: fields, continue: next },
        signal,
      })
      yield page.items
      next = page.metadata?.continue || undefined
    } while (next !== undefined)
  }

  return {
    config,
    find,
    get: (kind, place) => find(toPath(kind, place)),
    async list<T extends KubernetesObject>(kind: Kind, place: Place, selectors?: Selectors) {
      const items: T[] = []
      for await (const page of pages<T>(kind, place, selectors)) items.push(...page)
      return items
    },
    pages,
    apply: (object, { isForced } = { isForced: false }) =>
      json({
        method: 'PATCH',
        path: pathOf(object),
        query: { fieldManager, fieldValidation: 'Strict', force: isForced || undefined },
        body: object,
        contentType: 'application/apply-patch+yaml',
      }),
    async patch(kind, place, change) {
      await json({
        method: 'PATCH',
        path: toPath(kind, place),
        query: { fieldManager },
        body: change,
        contentType: 'application/merge-patch+json',
      })
    },
    async edit(object, operations) {
      await json({
        method: 'PATCH',
        path: pathOf(object),
        query: { fieldManager },
        body: operations,
        contentType: 'application/json-patch+json',
      })
    },
    create: object => {
      const { name: _, ...place } = { ...object.metadata }
      const path = toPath(
        object.kind as Kind,
        place.namespace === undefined ? {} : { namespace: place.namespace },
      )
      return json({ method: 'POST', path, query: { fieldManager, fieldValidation: 'Strict' }, body: object })
    },
    ask: (path, body) => json({ method: 'POST', path, body }),
    async remove(kind, place) {
      await json({
        method: 'DELETE',
        path: toPath(kind, place),
        body: { propagationPolicy: 'Background' },
      }).catch(error => {
        if (!isMissing(error)) throw error
      })
    },
    async stream(path, query, signal, wish) {
      const response = await send({ ...wish, method: 'GET', path, query, signal })
      return response.body === null ? Readable.from([]) : Readable.fromWeb(response.body)
    },
    async dispose() {
      isDisposed = true
      await dispatchers.dispose()
    },
  }
}

const onlyMetadata = (query: Query | undefined): string =>
  `application/json;as=PartialObjectMetadata${query?.watch === true ? '' : 'List'};g=meta.k8s.io;v=v1`

const isTimeout = (signal: AbortSignal): boolean =>
  signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'

/** A connection that has died unseen, such as in sleep, is noticed after two of them. */
const pingMs = 10_000

/**
 * What a request needs to be signed, and the connections it uses: the client would make new ones for every request. They are
 * kept until the certificates are others.
 */
function keepDispatcher(config: KubeConfig) {
  let kept: { by: string; dispatcher: Dispatcher | undefined } | undefined
  const sign = async (
    url: URL,
  ): Promise<{ headers: Record<string, string>; dispatcher: Dispatcher | undefined }> => {
    const signed = new RequestContext(url.toString(), HttpMethod.GET)
    await config.applySecurityAuthentication(signed)
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    const { ca, cert, key, servername, rejectUnauthorized } = options
    const by = [url.host, config.getCurrentUser()?.name, ca, cert, key, servername, rejectUnauthorized].join(
      '\n',
    )
    const given = signed.getDispatcher() as Dispatcher | undefined
    if (kept?.by === by) void given?.close()
    else {
      // Those under way are let end.
      void kept?.dispatcher?.close()
      kept = { by, dispatcher: toAttentive(given, options) }
    }
    return { headers: signed.getHeaders(), dispatcher: kept.dispatcher }
  }
  /** Directly connected, one that pings. Behind a proxy, the client's own. */
  const toAttentive = (given: Dispatcher | undefined, options: RequestOptions): Dispatcher | undefined => {
    const found = config.createDispatcherOptions(config.getCurrentCluster(), options as AgentOptions)
    if (found.type !== 'agent') return given
    void given?.close()
    return new Agent({ connect: { ...found.connect } as object, h2Options: { pingInterval: pingMs } })
  }

  return { sign, dispose: async () => kept?.dispatcher?.destroy() }
}
