/**
 * What a deployment follows: the name of a branch, or the full name of something else of the repository, such as
 * `refs/tags/v1` or `refs/pull/12/head`.
 */
export const toFullRef = (branch: string): string =>
  branch.startsWith('refs/') ? branch : `refs/heads/${branch}`

/** Tags and requests have no pushes of their own to wait for. */
export const isBranch = (branch: string): boolean => toFullRef(branch).startsWith('refs/heads/')

/** As people say it: `main`, `v1`, `#12`. */
export function toRefText(branch: string): string {
  const pull = /^refs\/pull\/(\d+)\/head$/.exec(branch)?.[1]
  return pull === undefined ? branch.replace(/^refs\/(?:tags|heads)\//, '') : `#${pull}`
}
