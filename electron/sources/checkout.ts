import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Commit } from '../../shared/domain/records.ts'
import { toFullRef } from '../../shared/domain/ref.ts'
import type { GitAddress } from './address.ts'
import { commitNotFound, toSourceError } from './git-failure.ts'
import type { GitResult, GitTimeouts, RunGit } from './run-git.ts'

interface CheckoutOrder {
  readonly address: GitAddress
  readonly branch: string
  readonly sha: string
  readonly folder: string
  readonly onOutput?: (line: string) => void
  readonly signal?: AbortSignal
}

/** Git in the checkout's folder. `run` gives any result, `must` throws for one that is not success. */
interface Git {
  run(...args: string[]): Promise<GitResult>
  must(...args: string[]): Promise<GitResult>
}

/** Files in the way are removed first, and all is removed when the checkout fails: the folder is whole or absent. */
export function createCheckout(deps: {
  runGit: RunGit
  timeouts: GitTimeouts
  log: (message: string) => void
}): (order: CheckoutOrder) => Promise<Commit> {
  return async order => {
    if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(order.sha)) throw commitNotFound(order.sha)
    const git = createGit(deps, order)
    await rm(order.folder, { recursive: true, force: true })
    await mkdir(order.folder, { recursive: true })
    try {
      await fetchCommit(git, order)
      // It only reads what was fetched, so it may as well run beside the rest.
      const commit = describe(git, order.sha)
      commit.catch(() => undefined)
      await writeFiles(git, order)
      return await commit
    } catch (error) {
      await rm(order.folder, { recursive: true, force: true })
      throw error
    }
  }
}

async function writeFiles(git: Git, order: CheckoutOrder): Promise<void> {
  await git.must(...withoutLfsFilter, 'checkout', '--progress', '--force', '--detach', order.sha)
  await fetchSubmodules(git, order)
  await fetchLargeFiles(git, order)
}

function createGit(
  deps: { runGit: RunGit; timeouts: GitTimeouts; log: (message: string) => void },
  order: CheckoutOrder,
): Git {
  const { address, onOutput } = order
  const deadline = performance.now() + deps.timeouts.totalMs
  const run = async (...args: string[]): Promise<GitResult> => {
    const result = await deps.runGit({
      args: [
        ...(address.isFile ? ['-c', 'protocol.file.allow=always'] : []),
        ...['-c', 'advice.detachedHead=false'],
        ...args,
      ],
      cwd: order.folder,
      config: address.config,
      env: { GIT_LFS_FORCE_PROGRESS: '1', ...address.environment },
      deadline,
      onOutput: onOutput && (line => onOutput(address.mask(line))),
      signal: order.signal,
    })
    if (result.exitCode !== 0) deps.log(`git exited with ${result.exitCode}: ${address.mask(result.stderr)}`)
    return result
  }
  return {
    run,
    async must(...args) {
      const result = await run(...args)
      if (result.exitCode !== 0) throw toSourceError(address, result)
      return result
    },
  }
}

/** What servers say that give out branches but not any commit, or that have no shallow history to give. */
const refusesCommit =
  /not our ref|unadvertised object|shallow capabilities|does not support shallow|upload-pack: not|couldn't find remote ref/i

/** Little first: the commit alone; else the branch's head; else the branch's history; else that of every branch. */
async function fetchCommit(git: Git, { address, branch, sha }: CheckoutOrder): Promise<void> {
  const fetch = ['fetch', '--progress', '--no-tags', '--no-recurse-submodules']
  const branchRef = `+${toFullRef(branch)}:refs/remotes/origin/${branch}`
  const isFull = ['--depth', '2147483647']
  await git.must('init', '--quiet', '--template=', '--initial-branch=main')
  await git.must('config', 'remote.origin.url', address.url)

  const attempts = [
    [...fetch, '--depth', '1', 'origin', sha],
    ...(branch === ''
      ? []
      : [
          [...fetch, '--depth', '1', 'origin', branchRef],
          [...fetch, ...isFull, 'origin', branchRef],
        ]),
    [...fetch, ...isFull, 'origin', '+refs/heads/*:refs/remotes/origin/*'],
    [...fetch, 'origin', '+refs/heads/*:refs/remotes/origin/*'],
  ]
  for (const attempt of attempts) {
    const result = await git.run(...attempt)
    if (result.exitCode !== 0 && !refusesCommit.test(result.stderr)) throw toSourceError(address, result)
    const isExact = attempt.at(-1) === sha
    if (result.exitCode === 0 && isExact) return
    const isThere = await git.run('cat-file', '-e', `${sha}^{commit}`)
    if (isThere.exitCode === 0) return
  }
  throw commitNotFound(sha)
}

async function fetchSubmodules(git: Git, { folder, address }: CheckoutOrder): Promise<void> {
  if (!(await isFile(join(folder, '.gitmodules')))) return
  const update = ['submodule', 'update', '--init', '--recursive', '--force', '--progress']
  const shallow = await git.run(...withoutLfsFilter, ...update, '--depth', '1')
  if (shallow.exitCode === 0) return
  // A server that gives no single commits: start again with the whole history.
  if (!/did not contain|not our ref|unadvertised object|shallow/i.test(shallow.stderr)) {
    throw toSourceError(address, shallow)
  }
  await git.must('submodule', 'deinit', '--force', '--all')
  await rm(join(folder, '.git', 'modules'), { recursive: true, force: true })
  await git.must(...withoutLfsFilter, ...update)
}

/** Of a subject or a name that is kept: a commit can be written to break whoever shows it. */
const longestText = 500
/** The last millisecond that a `Date` can be. */
const latestDate = 8.64e15

/** Large files come in their own step, so that a missing git-lfs is said in plain words. */
const withoutLfsFilter = [
  ...['-c', 'filter.lfs.smudge=', '-c', 'filter.lfs.process='],
  ...['-c', 'filter.lfs.required=false'],
]

async function fetchLargeFiles(git: Git, { folder, address }: CheckoutOrder): Promise<void> {
  const listed = await git.must('ls-files', '-z', '--', '.gitattributes', '**/.gitattributes')
  const paths = listed.stdout.split('\0').filter(path => path !== '')
  const contents = await Promise.all(paths.map(path => readFile(join(folder, path), 'utf8').catch(() => '')))
  if (!contents.some(text => /^[^#\n]*\bfilter=lfs\b/m.test(text))) return
  const version = await git.run('lfs', 'version')
  if (version.exitCode !== 0) {
    throw new SlipwayError({
      code: 'tool_missing',
      message: 'The repository keeps large files with Git LFS, and git-lfs is not installed.',
      hint: 'Install it from https://git-lfs.com, then deploy again.',
    })
  }
  await git.must('lfs', 'install', '--local', '--skip-repo')
  const pulled = await git.run('lfs', 'pull')
  if (pulled.exitCode !== 0) throw toSourceError(address, pulled)
}

async function describe(git: Git, sha: string): Promise<Commit> {
  const format = '--format=%s%x00%an%x00%ct'
  const { stdout } = await git.must('show', '--no-patch', '--no-show-signature', '--no-color', format, sha)
  const [subject = '', author = '', seconds = '0'] = stdout.trimEnd().split('\0')
  return {
    sha,
    subject: subject.slice(0, longestText),
    author: author.slice(0, longestText),
    at: toTime(seconds),
  }
}

/** A commit can claim any time; one that is no date is shown as the beginning of time. */
function toTime(seconds: string): number {
  const at = Number(seconds) * 1000
  return Math.abs(at) <= latestDate ? at : 0
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  )
}
