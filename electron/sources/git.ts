import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Source } from '../../shared/domain/records.ts'
import { toRefText } from '../../shared/domain/ref.ts'
import { checkBranch, type GitAddress, parseGitAddress } from './address.ts'
import { createCheckout } from './checkout.ts'
import { createFolderReader } from './folder.ts'
import { branchNotFound, toSourceError } from './git-failure.ts'
import { parseBranches } from './ls-remote.ts'
import { createRunGit, defaultTimeouts, type GitTimeouts, type RunGit } from './run-git.ts'
import type { SourceReader } from './source-reader.ts'

export interface SourceReaderDeps {
  readonly log?: (message: string) => void
  readonly timeouts?: Partial<GitTimeouts>
  /** Name or path of git. */
  readonly gitProgram?: string
  /** What git inherits, such as the PATH of the login shell. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** Git repositories and folders behind one interface. An aborted call rejects with the reason of its signal. */
export function createSourceReader(deps: SourceReaderDeps = {}): SourceReader {
  const timeouts = { ...defaultTimeouts, ...deps.timeouts }
  const runGit = createRunGit({
    gitProgram: deps.gitProgram ?? 'git',
    timeouts,
    environment: deps.environment ?? process.env,
  })
  const readers = {
    git: createGitReader({ runGit, timeouts, log: deps.log ?? (() => {}) }),
    folder: createFolderReader({ runGit, timeouts }),
  }
  const readerOf = ({ kind, address }: Source): SourceReader => {
    if (kind !== 'image') return readers[kind]
    throw new SlipwayError({
      code: 'invalid_input',
      message: `${address} is an image: it has no branches and no files to look at.`,
      hint: 'Give the address of the repository that it is made from.',
    })
  }
  return {
    branches: async (source, access) => readerOf(source).branches(source, access),
    head: async (source, branch, access) => readerOf(source).head(source, branch, access),
    checkout: async order => readerOf(order.source).checkout(order),
  }
}

function createGitReader(deps: {
  runGit: RunGit
  timeouts: GitTimeouts
  log: (message: string) => void
}): SourceReader {
  const { runGit, timeouts } = deps
  const checkout = createCheckout(deps)

  const listRemote = async (
    address: GitAddress,
    refs: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<string> => {
    const result = await runGit({
      args: [
        ...(address.isFile ? ['-c', 'protocol.file.allow=always'] : []),
        ...['ls-remote', '--symref', '--', address.url, ...refs],
      ],
      config: address.config,
      env: address.environment,
      deadline: performance.now() + timeouts.totalMs,
      signal,
    })
    if (result.exitCode !== 0) throw toSourceError(address, result)
    return result.stdout
  }

  const listBranches = async (address: GitAddress, signal: AbortSignal | undefined) =>
    parseBranches(await listRemote(address, ['HEAD', 'refs/heads/*'], signal))

  /** The commit of a tag, a pull request or whatever else has a full name. */
  const readRef = async (
    address: GitAddress,
    ref: string,
    signal: AbortSignal | undefined,
  ): Promise<string> => {
    const lines = (await listRemote(address, [ref, `${ref}^{}`], signal)).split('\n')
    const shaOf = (name: string) => lines.find(line => line.endsWith(`\t${name}`))?.split('\t')[0]
    // An annotated tag is an object of its own; what it names is the commit.
    const sha = shaOf(`${ref}^{}`) ?? shaOf(ref)
    if (sha !== undefined) return sha
    const branches = await listBranches(address, signal)
    throw branchNotFound(
      toRefText(ref),
      branches.map(({ name }) => name),
    )
  }

  return {
    branches: (source, { login, signal } = {}) =>
      listBranches(parseGitAddress(source.address, login), signal),

    async head(source, branch, { login, signal } = {}) {
      checkBranch(branch)
      const address = parseGitAddress(source.address, login)
      if (branch.startsWith('refs/')) return { branch, sha: await readRef(address, branch, signal) }
      const branches = await listBranches(address, signal)
      const found = branch === '' ? branches[0] : branches.find(({ name }) => name === branch)
      if (found === undefined) {
        throw branchNotFound(
          branch,
          branches.map(({ name }) => name),
        )
      }
      return { branch: found.name, sha: found.sha }
    },

    checkout({ source, login, ...order }) {
      checkBranch(order.branch)
      return checkout({ ...order, address: parseGitAddress(source.address, login) })
    },
  }
}
