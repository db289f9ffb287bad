import { execFile, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** What the server does instead of serving a repository (`serve`). `stall`: takes the request and never answers. */
type Answer = 'serve' | 'missing' | 'login' | 'stall' | 'error'

export interface GitRepository {
  readonly url: string
  /** The bare repository on disk. */
  readonly folder: string
  /** Writes the files (null deletes one) on the branch that is checked out, and pushes. */
  commit(files: Record<string, string | null>, message: string): Promise<string>
  /** Goes to the branch, made from the current one if it is new. */
  checkout(branch: string): Promise<void>
  deleteBranch(branch: string): Promise<void>
  /** Takes the last commit off the branch that is checked out. */
  undoCommit(): Promise<void>
  /** Any git command in the work tree that commits come from. */
  git(...args: string[]): Promise<string>
}

export interface GitServer {
  readonly address: string
  url(name: string): string
  /** A bare repository with one commit on `main`. */
  createRepository(
    name: string,
    files: Record<string, string>,
    options?: { allowsAnySha?: boolean },
  ): Promise<GitRepository>
  /** Until `answer(name, 'serve')` requests are taken and never answered. `asked` resolves on the first one. */
  stall(name: string): { asked: Promise<void> }
  answer(name: string, answer: Answer): void
  /** Only requests with this login are served. */
  requireLogin(name: string, login: { user: string; password: string }): void
  close(): Promise<void>
}

/** Real git over smart http on loopback, through `git http-backend`. */
export async function startGitServer(): Promise<GitServer> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-git-'))
  const answers = new Map<string, Answer>()
  const logins = new Map<string, string>()
  const strict = new Set<string>()
  const asked = new Map<string, () => void>()

  const server = createServer((request, response) => {
    const name = /^\/([^/?]+?)(?:\.git)?(?:[/?]|$)/.exec(request.url ?? '')?.[1] ?? ''
    asked.get(name)?.()
    const answer = answers.get(name)
    if (answer === 'stall') return
    if (answer === 'missing') return void response.writeHead(404).end('not found')
    if (answer === 'error') return void response.writeHead(503).end('unavailable')
    const login = logins.get(name)
    if (answer === 'login' || (login !== undefined && request.headers.authorization !== login)) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    }
    runBackend({ root, request, response, isStrict: strict.has(name) })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the git server has no port')
  const address = `http://127.0.0.1:${bound.port}`

  return {
    address,
    url: name => `${address}/${name}.git`,

    async createRepository(name, files, options = {}) {
      const bare = join(root, `${name}.git`)
      const work = join(root, 'work', name)
      if (options.allowsAnySha === false) strict.add(name)
      const git = createGit(work)
      await mkdir(work, { recursive: true })
      await exec('git', ['init', '-q', '--bare', '-b', 'main', bare])
      await git('init', '-q', '-b', 'main')
      await git('remote', 'add', 'origin', bare)
      const repository: GitRepository = {
        url: `${address}/${name}.git`,
        folder: bare,
        git,
        async commit(changes, message) {
          await writeFiles(work, changes)
          await git('add', '-A')
          await git('commit', '-q', '--allow-empty', '-m', message)
          await git('push', '-q', '--force', 'origin', 'HEAD')
          return git('rev-parse', 'HEAD')
        },
        async checkout(branch) {
          await git('checkout', '-q', branch).catch(() => git('checkout', '-q', '-b', branch))
          await git('push', '-q', 'origin', 'HEAD')
        },
        async deleteBranch(branch) {
          await git('-C', bare, 'update-ref', '-d', `refs/heads/${branch}`)
        },
        async undoCommit() {
          await git('reset', '-q', '--hard', 'HEAD~1')
          await git('push', '-q', '--force', 'origin', 'HEAD')
        },
      }
      await repository.commit(files, 'First commit')
      return repository
    },

    stall(name) {
      answers.set(name, 'stall')
      return { asked: new Promise<void>(resolve => asked.set(name, resolve)) }
    },
    answer: (name, answer) => void answers.set(name, answer),
    requireLogin(name, { user, password }) {
      logins.set(name, `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
    },

    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Writes text files, making folders; null deletes. Files that begin with `#!` become programs. */
export async function writeFiles(folder: string, files: Record<string, string | null>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const full = join(folder, path)
    if (text === null) {
      await rm(full, { recursive: true, force: true })
      continue
    }
    await mkdir(dirname(full), { recursive: true })
    await writeFile(full, text)
    if (text.startsWith('#!')) await chmod(full, 0o755)
  }
}

const identity = {
  GIT_AUTHOR_NAME: 'Ana Test',
  GIT_AUTHOR_EMAIL: 'ana@example.com',
  GIT_COMMITTER_NAME: 'Ana Test',
  GIT_COMMITTER_EMAIL: 'ana@example.com',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
}

function createGit(folder: string): (...args: string[]) => Promise<string> {
  return async (...args) => {
    const { stdout } = await exec('git', ['-c', 'protocol.file.allow=always', ...args], {
      cwd: folder,
      env: { ...process.env, ...identity },
    })
    return stdout.trim()
  }
}

function runBackend(order: {
  root: string
  request: IncomingMessage
  response: ServerResponse
  isStrict: boolean
}): void {
  const { request, response } = order
  const url = new URL(request.url ?? '/', 'http://git')
  const protocol = request.headers['git-protocol']
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: order.root,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      REMOTE_ADDR: '127.0.0.1',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_CONFIG_KEY_1: 'uploadpack.allowAnySHA1InWant',
      GIT_CONFIG_VALUE_1: String(!order.isStrict),
      // Protocol 2 gives out any commit; a server that refuses them is one that speaks the old protocol.
      ...(typeof protocol === 'string' && !order.isStrict ? { GIT_PROTOCOL: protocol } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  backend.stdin.on('error', () => {})
  request.pipe(backend.stdin)
  response.on('close', () => backend.kill())
  let head: Buffer | undefined = Buffer.alloc(0)
  backend.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) return void response.write(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    writeHead(response, head.subarray(0, end).toString())
    response.write(head.subarray(end + 4))
    head = undefined
  })
  backend.stdout.on('end', () => response.end())
  backend.on('error', () => response.destroy())
}

/** The head of a CGI answer: headers, and the status as one of them. */
function writeHead(response: ServerResponse, head: string): void {
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10)
    else response.setHeader(name, value)
  }
}
