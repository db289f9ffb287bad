import { type FailureCode, SlipwayError } from '../../shared/domain/failure.ts'
import type { GitAddress } from './address.ts'
import type { GitResult } from './run-git.ts'

interface Reading {
  readonly pattern: RegExp
  readonly code: FailureCode
  readonly message: (address: GitAddress, url: string) => string
  readonly hint: (address: GitAddress, url: string) => string
}

/** Order is the specification: the first pattern that git's messages match says what failed. */
const readings: readonly Reading[] = [
  {
    pattern: /No space left on device|Disk quota exceeded/i,
    code: 'disk_full',
    message: () => 'The disk is full: the checkout could not be written.',
    hint: () => 'Free some space, then deploy again.',
  },
  {
    pattern: /invalid path '/i,
    code: 'invalid_input',
    message: (_, url) =>
      `${url} holds a file whose name would lead out of the checkout or into git's own folder.`,
    hint: () => 'Such a repository is made to do harm, or by mistake. Have the file renamed.',
  },
  {
    pattern:
      /No url found for submodule|suspicious submodule name|interpreted as a command-line option|invalid value for 'submodule\.|transport '.*' not allowed[\s\S]* into submodule path/i,
    code: 'invalid_input',
    message: (_, url) => `A submodule of ${url} cannot be fetched.`,
    hint: () =>
      'Its entry in .gitmodules has to have a path inside of the repository and an https or ssh address.',
  },
  {
    pattern: /dubious ownership/i,
    code: 'source_denied',
    message: (_, url) => `Git does not read ${url}, because the folder belongs to another user.`,
    hint: () => 'Allow it with: git config --global --add safe.directory <folder>',
  },
  {
    pattern: /cannot run ssh/i,
    code: 'tool_missing',
    message: ({ host }) => `Reading from ${host} needs ssh, which could not be started.`,
    hint: () => 'Install an ssh client, or use the https address of the repository.',
  },
  {
    pattern: /Host key verification failed/i,
    code: 'source_denied',
    message: ({ host }) => `The ssh key of ${host} is not known to this computer.`,
    hint: ({ host }) => `Connect once in a terminal to accept it: ssh -T git@${host}`,
  },
  {
    pattern: /could not read (Username|Password)/i,
    code: 'source_denied',
    message: ({ host }, url) => `${host} asks for a login to read ${url}.`,
    hint: () =>
      'If the repository is public, check the address for a typing error. If it is private, let git log in (a credential helper) or use its ssh address.',
  },
  {
    pattern:
      /Authentication failed|HTTP Basic: Access denied|returned error: 40[13]|Permission denied|access denied|not authorized/i,
    code: 'source_denied',
    message: ({ host }, url) => `${host} refused access to ${url}.`,
    hint: () => 'Check that your login or ssh key may read this repository.',
  },
  {
    pattern:
      /Could not resolve host|Failed to connect|Couldn't connect|Connection (refused|timed out|reset|closed)|Network is unreachable|No route to host|Operation timed out/i,
    code: 'source_unreachable',
    message: ({ host }) => `${host} could not be reached.`,
    hint: () => 'Check the address and the network connection, then try again.',
  },
  {
    pattern: /SSL|certificate|TLS/,
    code: 'source_unreachable',
    message: ({ host }) => `No secure connection to ${host} could be made.`,
    hint: () => 'The lines below say why. A certificate that is not trusted has to be added to git first.',
  },
  {
    pattern: /returned error: 5\d\d/,
    code: 'source_unreachable',
    message: ({ host }) => `${host} answered with an error of its own.`,
    hint: () => 'Wait a moment, then try again.',
  },
  {
    pattern:
      /repository .*not found|returned error: 404|does not appear to be a git repository|No such file or directory|project you were looking for could not be found|does not exist|not valid: is this a git repository/i,
    code: 'source_not_found',
    message: (_, url) => `There is no repository at ${url}.`,
    hint: () => 'Check the address for a typing error, and that the repository was not moved or deleted.',
  },
  {
    pattern: /transport '.*' not allowed|remote helper for|protocol .* is not supported/i,
    code: 'invalid_input',
    message: (_, url) => `Git cannot read from ${url} in this way.`,
    hint: () => 'Use an https, ssh or file address.',
  },
]

/** What a failed git command means to the person. The URL and git's last lines are shown without credentials. */
export function toSourceError(address: GitAddress, result: GitResult): SlipwayError {
  const url = address.mask(address.url)
  const lines = lastLines(address.mask(result.stderr))
  const reading = readings.find(({ pattern }) => pattern.test(result.stderr))
  if (reading === undefined) {
    return new SlipwayError({
      code: 'source_unreachable',
      message: `Git could not read ${url}.`,
      hint: 'The last lines of git say why.',
      lines,
    })
  }
  return new SlipwayError({
    code: reading.code,
    message: reading.message(address, url),
    hint: reading.hint(address, url),
    lines,
  })
}

export function branchNotFound(branch: string, existing: readonly string[]): SlipwayError {
  if (existing.length === 0) {
    return new SlipwayError({
      code: 'source_branch_not_found',
      message: 'The repository has no branches yet.',
      hint: 'Push a first commit, then try again.',
    })
  }
  const named = existing.slice(0, 8).join(', ')
  const more = existing.length > 8 ? ` and ${existing.length - 8} more` : ''
  return new SlipwayError({
    code: 'source_branch_not_found',
    message: `The repository has no branch "${branch}".`,
    hint: `Choose one that exists: ${named}${more}.`,
  })
}

export function commitNotFound(sha: string): SlipwayError {
  return new SlipwayError({
    code: 'source_commit_not_found',
    message: `The repository no longer has the commit ${sha.slice(0, 7)}.`,
    hint: 'Deploy the newest commit of the branch.',
  })
}

function lastLines(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .map(line => line.trimEnd())
    .filter(line => line !== '' && !/^(remote: )?(Counting|Compressing|Enumerating|Receiving) /.test(line))
    .slice(-8)
}
