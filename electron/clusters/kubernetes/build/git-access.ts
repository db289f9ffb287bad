import { parseGitAddress } from '../../../sources/address.ts'
import type { GitLogin } from '../../../sources/source-reader.ts'
import type { BuildOrder } from '../../driver.ts'

/** How a pod fetches a repository. `url` holds no login. */
export interface GitAccess {
  readonly url: string
  readonly login: GitLogin | undefined
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
