import { createGitHubParts, type GitHubParts } from '../../../electron/sources/github/parts.ts'

/** The real client of GitHub, which pauses for milliseconds where it would for seconds. */
export const loadQuickGitHub = async (): Promise<GitHubParts> => ({
  ...createGitHubParts({
    version: 'test',
    now: Date.now,
    log: () => {},
    retries: { retries: 1, pauseMs: 1 },
  }),
  wait: async (_ms, signal) => signal.throwIfAborted(),
})
