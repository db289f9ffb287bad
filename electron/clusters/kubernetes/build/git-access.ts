import { parseGitAddress } from '../../../sources/address.ts'
import type { BuildOrder } from '../../driver.ts'

/** How a pod fetches a repository. `url` holds no login. */
export interface GitAccess {
  readonly url: string
  readonly login: { readonly user: string; readonly password: string } | undefined
}

/** Undefined: only this computer can read the source: a folder of it, or what its ssh keys open. */
export function toGitAccess({
  source,
  gitLogin,
}: Pick<BuildOrder, 'source' | 'gitLogin'>): GitAccess | undefined {
  if (source.kind === 'folder' || !/^https?:\/\//i.test(source.address)) return undefined
  const parsed = new URL(source.address)
  const user = decodeURIComponent(parsed.username)
  const password = decodeURIComponent(parsed.password)
  const own = user === '' && password === '' ? undefined : { user, password }
  return { url: parseGitAddress(source.address).url, login: gitLogin ?? own }
}

/** The address for git on this computer, which takes the login out of it before it does anything. */
export function withLogin({
  source,
  gitLogin,
}: Pick<BuildOrder, 'source' | 'gitLogin'>): BuildOrder['source'] {
  if (gitLogin === undefined || toGitAccess({ source }) === undefined) return source
  const address = new URL(source.address)
  address.username = encodeURIComponent(gitLogin.user)
  address.password = encodeURIComponent(gitLogin.password)
  return { ...source, address: address.href }
}
