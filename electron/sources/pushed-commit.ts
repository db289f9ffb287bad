import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FailureCode, SlipwayError } from '../../shared/domain/failure.ts'
import type { Source } from '../../shared/domain/records.ts'
import { parseGitAddress } from './address.ts'
import type { SourceReaderDeps } from './git.ts'
import { toSourceError } from './git-failure.ts'
import { createRunGit, defaultTimeouts } from './run-git.ts'
import type { GitLogin } from './source-reader.ts'

/** Null where the server does not give out what it would take to know. */
export interface PushedCommit {
  readonly message: string | null
  /** That differ from the commit that was seen last. */
  readonly files: string[] | null
}

export type ReadPushedCommit = (order: {
  source: Source
  seenSha: string
  sha: string
  login: GitLogin | undefined
  signal: AbortSignal
}) => Promise<PushedCommit>

const unknown: PushedCommit = { message: null, files: null }

/** Another try may go well; anything else means that the commit is not given out, such as one that was pushed over. */
const passing: readonly FailureCode[] = ['source_unreachable', 'source_stalled', 'disk_full', 'tool_missing']

/** Fetches the two commits without their history, and without files where the server can do that, into a folder that goes at once. */
export function createPushedCommitReader(deps: SourceReaderDeps = {}): ReadPushedCommit {
  const timeouts = { ...defaultTimeouts, ...deps.timeouts }
  const runGit = createRunGit({
    gitProgram: deps.gitProgram ?? 'git',
    timeouts,
    environment: deps.environment ?? process.env,
  })

  return async ({ source, seenSha, sha, login, signal }) => {
    const address = parseGitAddress(source.address, login)
    const folder = await mkdtemp(join(tmpdir(), 'slipway-pushed-'))
    const deadline = performance.now() + timeouts.totalMs
    const git = (...args: string[]) =>
      runGit({
        args: [...(address.isFile ? ['-c', 'protocol.file.allow=always'] : []), ...args],
        cwd: folder,
        config: address.config,
        env: address.environment,
        deadline,
        signal,
      })
    const fetches = async (commit: string): Promise<boolean> => {
      const quiet = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules']
      const result = await git(...quiet, '--depth', '1', '--filter=blob:none', 'origin', commit)
      if (result.exitCode === 0) return true
      const error = toSourceError(address, result)
      if (error instanceof SlipwayError && passing.includes(error.failure.code)) throw error
      return false
    }
    try {
      await git('init', '--quiet', '--bare', '--template=')
      await git('config', 'remote.origin.url', address.url)
      if (!(await fetches(sha))) return unknown
      const { stdout: message } = await git('log', '-1', '--format=%B', sha)
      if (!(await fetches(seenSha))) return { message, files: null }
      const names = await git('diff', '--name-only', '--no-renames', '-z', seenSha, sha)
      const files = names.exitCode === 0 ? names.stdout.split('\0').filter(name => name !== '') : null
      return { message, files }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
