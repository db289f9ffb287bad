import type { Commit, Source } from '../../shared/domain/records.ts'

/** For a repository that asks who reads it. */
export interface GitLogin {
  readonly user: string
  readonly password: string
}

interface Access {
  readonly login?: GitLogin | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Where code comes from. Failures are `SlipwayError` with a `source_*` code, or `tool_missing`. Every wait has a limit.
 * Output of git is handed on as it comes, without credentials.
 */
export interface SourceReader {
  /** Branches, the default one first. */
  branches(source: Source, access?: Access): Promise<{ name: string; sha: string }[]>
  /** The head of the branch (default branch if empty). For a folder: branch is empty, sha is a digest of its files. */
  head(source: Source, branch: string, access?: Access): Promise<{ branch: string; sha: string }>
  /** Puts the exact commit into `folder` (made new), submodules and LFS when present, and says what it is. */
  checkout(order: {
    source: Source
    branch: string
    sha: string
    folder: string
    login?: GitLogin | undefined
    onOutput?: (line: string) => void
    signal?: AbortSignal
  }): Promise<Commit>
}
