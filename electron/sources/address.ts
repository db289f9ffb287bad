import { SlipwayError } from '../../shared/domain/failure.ts'
import { createMask, maskCredentials } from './mask.ts'
import type { GitLogin } from './source-reader.ts'

/**
 * Where git reads from. `url` holds no credentials: those go to git as a header in the environment, so that they are
 * never in an argument, in the checkout's config or in git's messages.
 */
export interface GitAddress {
  readonly url: string
  readonly host: string
  /** On this computer, where submodules may be on this computer too. */
  readonly isFile: boolean
  readonly config: readonly (readonly [key: string, value: string])[]
  /** What the configuration reads, so that it is in no file. */
  readonly environment: Readonly<Record<string, string>>
  readonly mask: (text: string) => string
}

export function parseGitAddress(address: string, login?: GitLogin): GitAddress {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  if (address.startsWith('-') || /[\u0000-\u001f\u007f]/.test(address)) throw refused(address)
  if (/^https?:\/\//i.test(address)) return parseHttp(address, login)
  const url = maskCredentials(address) === address ? address : withoutPassword(address)
  const mask = createMask([])
  if (/^file:\/\//i.test(url) || url.startsWith('/') || /^[a-z]:[\\/]/i.test(url)) {
    return { url, host: 'this computer', isFile: true, config: [], environment: {}, mask }
  }
  const host = /^(?:ssh|git|git\+ssh):\/\/(?:[^/@]*@)?(\[[^\]]+\]|[^/:]+)/i.exec(url)?.[1]
  const scpHost = /^(?:[\w.-]+@)?([\w.-]+|\[[^\]]+\]):(?![:/]{2}|:)/.exec(url)?.[1]
  const found = host ?? scpHost
  if (found === undefined || found.startsWith('-')) throw refused(address)
  return { url, host: found, isFile: false, config: [], environment: {}, mask }
}

/** Refuses what git would read as an option or what cannot be a branch. */
export function checkBranch(branch: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what is refused here
  if (!/^-|\.\.|[\u0000-\u001f\u007f\s~^:?*[\\]|^\/|\/$|\.lock$|@\{/.test(branch)) return
  throw new SlipwayError({
    code: 'invalid_input',
    message: `"${branch}" cannot be the name of a branch.`,
    hint: 'Choose one of the branches of the repository.',
  })
}

function parseHttp(address: string, given: GitLogin | undefined): GitAddress {
  if (!URL.canParse(address)) throw refused(address)
  const parsed = new URL(address)
  const secrets = [parsed.password, decode(parsed.password), parsed.password === '' ? parsed.username : '']
  const login = `${decode(parsed.username)}:${decode(parsed.password)}`
  parsed.username = ''
  parsed.password = ''
  const { href: url, host, origin } = parsed
  const place = { url, host, isFile: false }
  if (login === ':' && given !== undefined)
    return { ...place, ...toHelper(origin, given), mask: createMask([...secrets, given.password]) }
  const header = `Authorization: Basic ${Buffer.from(login).toString('base64')}`
  const config = login === ':' ? [] : [[`http.${origin}/.extraHeader`, header] as const]
  return { ...place, config, environment: {}, mask: createMask(secrets) }
}

/**
 * Git asks for the login only where a server does: what is public is read without. It takes the place of the person's own helpers
 * at that server, which might know another login, and would keep this one.
 */
function toHelper(origin: string, { user, password }: GitLogin): Pick<GitAddress, 'config' | 'environment'> {
  const key = `credential.${origin}.helper`
  const script =
    'test "$1" = get && printf "username=%s\\npassword=%s\\n" "$SLIPWAY_GIT_USER" "$SLIPWAY_GIT_PASSWORD"'
  return {
    config: [[key, ''] as const, [key, `!f() { ${script}; }; f`] as const],
    environment: { SLIPWAY_GIT_USER: user, SLIPWAY_GIT_PASSWORD: password },
  }
}

function withoutPassword(address: string): string {
  return address.replace(/^([a-z+]+:\/\/[^/:@]*):[^/]*@/i, '$1@')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function refused(address: string): SlipwayError {
  const shown = maskCredentials(address)
  const looksLikeHost = /^[\w-]+(\.[\w-]+)+\/\S+$/.test(address)
  return new SlipwayError({
    code: 'invalid_input',
    message: `"${shown}" is not an address that git can read from.`,
    hint: looksLikeHost
      ? `Write it as https://${shown}.`
      : 'Write it as https://host/owner/repository, git@host:owner/repository or the full path of a folder.',
  })
}
