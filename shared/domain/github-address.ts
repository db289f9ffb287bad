/** Where most people are. Any other address is a GitHub Enterprise Server. */
export const publicGitHub = 'https://github.com'

/** As people say it: without the scheme. */
export const toHostName = (baseUrl: string): string => baseUrl.replace(/^https?:\/\//, '')

/** `owner/name` of a repository's address at that GitHub; undefined for another place. */
export function toFullName(address: string, baseUrl: string): string | undefined {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).host : ''
  const web = URL.canParse(address) ? new URL(address) : undefined
  const path =
    web !== undefined && web.host === host && /^(?:https?|ssh):$/.test(web.protocol)
      ? web.pathname.slice(1)
      : new RegExp(`^(?:[\\w.-]+@)?${escapeRegex(host)}:(?!/)(.+)$`, 'i').exec(address)?.[1]
  const parts = /^([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(path ?? '')
  return parts === null ? undefined : `${parts[1]}/${parts[2]}`
}

/** The address under the repository's new name, written as before. Undefined where that is no other one, or no name. */
export function toRenamedAddress(
  address: string,
  { baseUrl, fullName }: { baseUrl: string; fullName: string },
): string | undefined {
  const before = toFullName(address, baseUrl)
  if (before === undefined || before.toLowerCase() === fullName.toLowerCase()) return undefined
  const at = address.lastIndexOf(before)
  const renamed = `${address.slice(0, at)}${fullName}${address.slice(at + before.length)}`
  return toFullName(renamed, baseUrl) === fullName ? renamed : undefined
}

const escapeRegex = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** What the account cannot do, as a sentence, and where that is changed; undefined where nothing is known to lack. */
export function findLack({
  scopes,
  baseUrl,
}: {
  readonly scopes: readonly string[] | null
  readonly baseUrl: string
}): { readonly message: string; readonly url: string } | undefined {
  if (scopes === null || scopes.includes('repo')) return undefined
  return {
    message: 'Private repositories are not seen: the token lacks the scope repo.',
    url: `${baseUrl}/settings/tokens`,
  }
}
