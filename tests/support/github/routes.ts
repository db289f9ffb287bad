import { answerDeployments } from './deployments.ts'
import {
  type StandInCommit,
  type StandInPull,
  toBranch,
  toCommit,
  toComparison,
  toPull,
  toRepository,
  toTag,
  toViewer,
  toWholePull,
} from './shapes.ts'
import { canSee, type GitHubState, type Listed } from './state.ts'

interface Asked {
  readonly method: string
  readonly url: URL
  /** Whose token it is; undefined for nobody. */
  readonly login: string | undefined
  readonly body: string
}

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const docs = 'https://docs.github.com/rest'
const notFound: Answer = {
  status: 404,
  body: { message: 'Not Found', documentation_url: docs, status: '404' },
}
const signedOut: Answer = {
  status: 401,
  body: { message: 'Requires authentication', documentation_url: docs, status: '401' },
}

/** What the API answers, from what the stand-in has. Branches, tags and commits are those of the real repository. */
export async function readAnswer(state: GitHubState, asked: Asked): Promise<Answer> {
  const { login, url } = asked
  const path = url.pathname.replace(/^\/api\/v3/, '')
  if (path === '/user' || path.startsWith('/user/')) {
    return login === undefined ? signedOut : readOwn(state, path, login, url)
  }
  const user = state.users.get(/^\/users\/([^/]+)$/.exec(path)?.[1] ?? '')
  if (user !== undefined) return { status: 200, body: toViewer(user, state.places) }
  const [, owner, name, rest = ''] = /^\/repos\/([^/]+)\/([^/]+)(?:\/(.*))?$/.exec(path) ?? []
  const newName = state.renamed.get(`${owner}/${name}`)
  if (newName !== undefined) {
    const location = `${state.places.api}/repos/${newName}${rest === '' ? '' : `/${rest}`}`
    return { status: 301, body: { message: 'Moved Permanently', url: location }, headers: { location } }
  }
  const repository = state.repositories.get(`${owner}/${name}`)
  if (repository === undefined || !canSee(repository, login)) return notFound
  const isAllowed = asked.method === 'GET' || (login !== undefined && repository.readers.has(login))
  const deployments = isAllowed
    ? answerDeployments(repository, { ...asked, rest }, state.places)
    : { status: 404, body: notFound.body }
  return deployments ?? readRepository(state, repository, rest, url)
}

function readOwn(state: GitHubState, path: string, login: string, url: URL): Answer {
  const user = state.users.get(login)
  if (user === undefined) return notFound
  if (path === '/user') return { status: 200, body: toViewer(user, state.places) }
  const listed = (all: readonly Listed[]) =>
    toPage(
      all.map(one => () => toRepository(one, state.places)),
      url,
    )
  if (path === '/user/repos') {
    const own = [...state.repositories.values()].filter(one => one.readers.has(login))
    return listed(own.toSorted((a, b) => (a.pushedAt < b.pushedAt ? 1 : -1)))
  }
  if (path === '/user/starred') {
    return listed((state.stars.get(login) ?? []).flatMap(name => state.repositories.get(name) ?? []))
  }
  return notFound
}

async function readRepository(
  state: GitHubState,
  repository: Listed,
  rest: string,
  url: URL,
): Promise<Answer> {
  const { places } = state
  const fullName = `${repository.owner.login}/${repository.name}`
  const repositoryUrl = `${places.api}/repos/${fullName}`
  if (rest === '')
    return {
      status: 200,
      body: {
        ...toRepository(repository, places),
        has_discussions: false,
        network_count: 0,
        subscribers_count: 0,
      },
    }
  const { git } = repository
  if (git === undefined) return notFound
  const bare = (...args: string[]) => git.git('-C', git.folder, ...args)
  const byEmail = (email: string) => [...state.users.values()].find(user => user.email === email)
  const readCommit = (ref: string) => readGitCommit(bare, ref, byEmail)
  const refs = async (prefix: string) => {
    const given = await bare('for-each-ref', '--format=%(refname) %(objectname) %(*objectname)', prefix)
    return given
      .split('\n')
      .filter(line => line !== '')
      .map(line => {
        const [ref = '', sha = '', peeled = ''] = line.split(' ')
        return { name: ref.slice(prefix.length + 1), sha: peeled === '' ? sha : peeled }
      })
  }
  if (rest === 'branches') {
    return toPage(
      (await refs('refs/heads')).map(one => () => toBranch(one.name, one.sha, repositoryUrl)),
      url,
    )
  }
  if (rest === 'tags') {
    return toPage(
      (await refs('refs/tags')).map(one => () => toTag(one.name, one.sha, repositoryUrl)),
      url,
    )
  }
  const readPull = async (pull: StandInPull) => {
    const base = pull.base ?? repository.defaultBranch
    const sha = await bare('rev-parse', `refs/pull/${pull.number}/head`)
    return { ...pull, sha, base, baseSha: await bare('rev-parse', base) }
  }
  if (rest === 'pulls') {
    const base = url.searchParams.get('base')
    const state = url.searchParams.get('state') ?? 'open'
    const all = await Promise.all(repository.pulls.map(readPull))
    const found = all.filter(
      one =>
        (base === null || one.base === base) &&
        (state === 'all' || ((one.state ?? 'open') === 'open') === (state === 'open')),
    )
    return toPage(
      found.map(one => () => toPull(one, repository, places)),
      url,
    )
  }
  const number = /^pulls\/(\d+)$/.exec(rest)?.[1]
  if (number !== undefined) {
    const pull = repository.pulls.find(one => one.number === Number(number))
    return pull === undefined
      ? notFound
      : { status: 200, body: toWholePull(await readPull(pull), repository, places) }
  }
  const ref = /^commits\/(.+)$/.exec(rest)?.[1]
  if (ref !== undefined) {
    const commit = await readCommit(decodeURIComponent(ref))
    return commit === undefined ? noCommit(ref) : { status: 200, body: toCommit(commit, fullName, places) }
  }
  const basehead = /^compare\/(.+)$/.exec(rest)?.[1]
  if (basehead !== undefined)
    return compare({ bare, readCommit }, decodeURIComponent(basehead), { fullName, places })
  return notFound
}

type Bare = (...args: string[]) => Promise<string>

async function readGitCommit(
  bare: Bare,
  ref: string,
  byEmail: (email: string) => StandInCommit['user'],
): Promise<StandInCommit | undefined> {
  const format = '--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%B'
  const text = await bare('show', '--no-patch', format, `${ref}^{commit}`).catch(() => undefined)
  if (text === undefined) return undefined
  const [sha = '', tree = '', parents = '', author = '', email = '', at = '', message = ''] = text.split('\0')
  return {
    sha,
    tree,
    parents: parents.split(' ').filter(Boolean),
    author,
    email,
    user: byEmail(email),
    at: toUtc(at),
    message: message.trim(),
  }
}

async function compare(
  { bare, readCommit }: { bare: Bare; readCommit: (ref: string) => Promise<StandInCommit | undefined> },
  basehead: string,
  { fullName, places }: { fullName: string; places: GitHubState['places'] },
): Promise<Answer> {
  const [from = '', to = ''] = basehead.split('...')
  const [base, head] = await Promise.all([readCommit(from), readCommit(to)])
  if (base === undefined || head === undefined) return notFound
  const mergeSha = await bare('merge-base', base.sha, head.sha).catch(() => '')
  const mergeBase = await readCommit(mergeSha)
  if (mergeBase === undefined) return notFound
  const list = async (range: string) =>
    (await bare('rev-list', '--reverse', range)).split('\n').filter(sha => sha !== '')
  const ahead = await list(`${base.sha}..${head.sha}`)
  const behind = await list(`${head.sha}..${base.sha}`)
  const commits = await Promise.all(ahead.slice(0, 250).map(sha => readCommit(sha)))
  const given = {
    ...{ base, mergeBase, basehead },
    commits: commits.filter(one => one !== undefined),
    ahead: ahead.length,
    behind: behind.length,
  }
  return { status: 200, body: toComparison(given, fullName, places) }
}

const noCommit = (ref: string): Answer => ({
  status: 422,
  body: { message: `No commit found for SHA: ${ref}`, documentation_url: docs, status: '422' },
})

const toUtc = (at: string): string => new Date(at).toISOString().replace('.000', '')

/** One page of a list, with the links to the others. */
function toPage(all: readonly (() => unknown)[], url: URL): Answer {
  const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30))
  const page = Number(url.searchParams.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(all.length / size))
  const linkTo = (number: number, relation: string) => {
    const to = new URL(url)
    to.searchParams.set('page', String(number))
    return `<${to}>; rel="${relation}"`
  }
  const links = [
    ...(page < last ? [linkTo(page + 1, 'next'), linkTo(last, 'last')] : []),
    ...(page > 1 ? [linkTo(1, 'first'), linkTo(page - 1, 'prev')] : []),
  ]
  return {
    status: 200,
    body: all.slice((page - 1) * size, page * size).map(make => make()),
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  }
}
