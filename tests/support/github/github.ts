import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse, request as toGit } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { startGitServer } from '../git-server.ts'
import { createDeviceFlow } from './device.ts'
import { readAnswer } from './routes.ts'
import type { StandInRepository, StandInUser } from './shapes.ts'
import { canSee, type GitHubState, type Listed } from './state.ts'

interface Token {
  readonly login: string
  /** Null: fine-grained, or a GitHub App's. */
  readonly scopes: readonly string[] | null
}

/** What one request is answered with instead. `stall`: never; `cut`: half of it, then the connection ends. */
export type Fault =
  | 'stall'
  | 'cut'
  | { readonly status: number; readonly body?: object; readonly headers?: Readonly<Record<string, string>> }

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly bytes: number
  readonly authorization: string | undefined
}

export type GitHubStandIn = Awaited<ReturnType<typeof startGitHub>>

/** A GitHub Enterprise Server on loopback: its API, its sign-in by a code, and git over http for what it lists. */
export async function startGitHub() {
  const git = await startGitServer()
  const tokens = new Map<string, Token>()
  const faults: { pattern: RegExp; fault: Fault; times: number }[] = []
  const requests: SeenRequest[] = []
  const limit = { remaining: 5000, resetAt: Date.now() + 3600_000 }
  /** How long the API takes for an answer. */
  const pace = { delayMs: 0 }
  let made = 0
  const issueToken = (login: string, scopes: readonly string[] | null) => {
    const token = `ghp_${randomBytes(18).toString('hex')}`
    tokens.set(token, { login, scopes })
    return token
  }
  const device = createDeviceFlow(issueToken)

  const server = createServer((request, response) => {
    void answer(request, response).catch(error => {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(error))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the stand-in has no port')
  const web = `http://127.0.0.1:${bound.port}`
  const state: GitHubState = {
    users: new Map(),
    repositories: new Map(),
    renamed: new Map(),
    stars: new Map(),
    places: { web, api: `${web}/api/v3` },
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', web)
    const fault = takeFault(`${request.method} ${url.pathname}${url.search}`)
    const token = readToken(request)
    const note = (status: number, bytes: number) =>
      requests.push({
        method: request.method ?? '',
        path: `${url.pathname}${url.search}`,
        status,
        bytes,
        authorization: request.headers.authorization,
      })
    if (fault === 'stall') return void note(0, 0)
    if (url.pathname.startsWith('/login/')) {
      const body = JSON.parse((await text(request)) || '{}') as Record<string, string>
      const isCode = url.pathname === '/login/device/code'
      const given = JSON.stringify(isCode ? device.begin(body) : device.exchange(body))
      note(200, given.length)
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(given)
    }
    if (url.pathname.startsWith('/avatars/')) {
      const status = typeof fault === 'object' ? fault.status : 200
      note(status, picture.length)
      return void response.writeHead(status, { 'content-type': 'image/png' }).end(picture)
    }
    if (!url.pathname.startsWith('/api/v3')) {
      note(0, 0)
      return serveGit(url, token, request, response)
    }
    if (typeof fault === 'object') {
      const body = JSON.stringify(fault.body ?? { message: 'fault' })
      note(fault.status, body.length)
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(body)
      return
    }
    if (pace.delayMs > 0) await pause(pace.delayMs)
    const isKnown = token === undefined || tokens.has(token)
    const who = token === undefined ? undefined : tokens.get(token)
    const found = isKnown
      ? await readAnswer(state, {
          method: request.method ?? 'GET',
          url,
          login: who?.login,
          body: await text(request),
        })
      : {
          status: 401,
          body: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest' },
        }
    const body = JSON.stringify(found.body)
    const etag = `W/"${createHash('sha256').update(body).digest('hex')}"`
    const isSame = found.status === 200 && request.headers['if-none-match'] === etag
    if (!isSame) limit.remaining = Math.max(0, limit.remaining - 1)
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': String(limit.remaining),
      'x-ratelimit-reset': String(Math.ceil(limit.resetAt / 1000)),
      ...(who?.scopes ? { 'x-oauth-scopes': who.scopes.join(', ') } : {}),
      ...(found.status === 200 ? { etag } : {}),
      ...found.headers,
    }
    note(isSame ? 304 : found.status, isSame ? 0 : body.length)
    if (isSame) return void response.writeHead(304, headers).end()
    if (fault !== 'cut') return void response.writeHead(found.status, headers).end(body)
    response.writeHead(found.status, { ...headers, 'content-length': String(body.length) })
    response.write(body.slice(0, Math.floor(body.length / 2)), () => response.destroy())
  }

  const takeFault = (request: string): Fault | undefined => {
    const found = faults.find(one => one.times > 0 && one.pattern.test(request))
    if (found === undefined) return undefined
    found.times -= 1
    return found.fault
  }

  const readToken = (request: IncomingMessage): string | undefined => {
    const [kind = '', value = ''] = (request.headers.authorization ?? '').split(' ')
    if (value === '') return undefined
    if (kind.toLowerCase() !== 'basic') return value
    return Buffer.from(value, 'base64').toString().split(':')[1]
  }

  /** Private repositories ask who reads; public ones answer everybody but a token that is none. */
  const serveGit = (
    url: URL,
    token: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ) => {
    const fullName = /^\/([^/]+\/[^/]+?)(?:\.git)?\//.exec(url.pathname)?.[1] ?? ''
    const newName = state.renamed.get(fullName)
    if (newName !== undefined) {
      const location = `${web}${url.pathname.replace(fullName, newName)}${url.search}`
      return void response.writeHead(301, { location }).end()
    }
    const repository = state.repositories.get(fullName)
    const login = token === undefined ? undefined : tokens.get(token)?.login
    const mayRead = repository !== undefined && canSee(repository, login)
    if ((token !== undefined && login === undefined) || (token === undefined && !mayRead)) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end()
    }
    if (!mayRead) return void response.writeHead(404).end('Not Found')
    const rest = url.pathname.replace(/^\/[^/]+\/[^/]+?(?:\.git)?\//, '/')
    const { authorization: _, ...headers } = request.headers
    const forwarded = toGit(
      `${repository.git?.url ?? git.address}${rest}${url.search}`,
      { method: request.method, headers },
      given => {
        response.writeHead(given.statusCode ?? 502, given.headers)
        given.pipe(response)
      },
    )
    forwarded.on('error', () => response.destroy())
    request.pipe(forwarded)
  }

  return {
    /** Where people go, as they would type it. */
    address: web,
    api: state.places.api,
    requests,
    device,
    limit,
    pace,

    addUser(login: string, given: Omit<StandInUser, 'login'> = {}): StandInUser {
      const user = { login, ...given }
      state.users.set(login, user)
      return user
    },

    /** `scopes`: null for a fine-grained token. */
    issueToken,
    revoke: (token: string): void => void tokens.delete(token),

    /** Metadata alone, or with `files` a real repository that git can read. */
    async addRepository(
      fullName: string,
      given: Partial<Omit<StandInRepository, 'owner' | 'name'>> & {
        files?: Record<string, string>
        readers?: readonly string[]
      } = {},
    ): Promise<Listed> {
      const [login = '', name = ''] = fullName.split('/')
      const owner = state.users.get(login) ?? this.addUser(login)
      const { files, readers, ...facts } = given
      const listed: Listed = {
        owner,
        name,
        isPrivate: false,
        isArchived: false,
        description: '',
        defaultBranch: 'main',
        pushedAt: '2026-01-02T03:04:05Z',
        ...facts,
        git: files === undefined ? undefined : await git.createRepository(toGitName(fullName, made++), files),
        readers: new Set([login, ...(readers ?? [])]),
        deployments: [],
        pulls: [],
      }
      state.repositories.set(fullName, listed)
      state.renamed.delete(fullName)
      return listed
    },

    /** The API leads from the old name to the new one. */
    rename(from: string, to: string): void {
      const listed = state.repositories.get(from)
      if (listed === undefined) throw new Error(`there is no ${from}`)
      state.repositories.delete(from)
      state.repositories.set(to, { ...listed, name: to.split('/')[1] ?? '' })
      state.renamed.set(from, to)
    },

    star: (login: string, fullName: string): void => {
      state.stars.set(login, [...(state.stars.get(login) ?? []), fullName])
    },

    /** The next requests whose method and path match are answered so. */
    fail: (pattern: RegExp, fault: Fault, times = 1): void => void faults.push({ pattern, fault, times }),

    /** Nothing fails any more that has not failed yet. */
    recover: (): void => void faults.splice(0),

    async close(): Promise<void> {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      await git.close()
    },
  }
}

/** One pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** A name that is free again is of another one. */
const toGitName = (fullName: string, nth: number): string => `${fullName.replace('/', '--')}-${nth}`
