import { setTimeout as pause } from 'node:timers/promises'
import { createGitHubClient, type GitHubClient } from './client.ts'
import { createGitHubCli, type GitHubCli } from './gh-cli.ts'
import { createOAuth, type OAuth } from './oauth.ts'
import type { RetryLimits } from './octokit.ts'

/** What talks to GitHub. Whoever never signs in does without it. */
export interface GitHubParts {
  readonly createClient: (given: {
    baseUrl: string
    who: string | undefined
    readToken: () => Promise<string | undefined>
  }) => GitHubClient
  readonly createOAuth: (baseUrl: string) => OAuth
  readonly cli: GitHubCli
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

export function createGitHubParts(deps: {
  version: string
  now: () => number
  log: (message: string) => void
  retries?: RetryLimits
}): GitHubParts {
  return {
    createClient: given => createGitHubClient({ ...deps, ...given }),
    createOAuth: baseUrl => createOAuth({ ...deps, baseUrl }),
    cli: createGitHubCli(),
    wait: (ms, signal) => pause(ms, undefined, { signal }),
  }
}
