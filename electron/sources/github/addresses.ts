import { publicGitHub } from '../../../shared/domain/github-address.ts'

/** Where the API of a GitHub is: github.com, an own subdomain of ghe.com, or an Enterprise Server. */
export function toApiUrl(baseUrl: string): string {
  if (baseUrl === publicGitHub) return 'https://api.github.com'
  const { host, protocol } = new URL(baseUrl)
  return host.endsWith('.ghe.com') ? `${protocol}//api.${host}` : `${baseUrl}/api/v3`
}

/** What people call it: GitHub, or the host of an Enterprise Server. */
export const toPlaceName = (baseUrl: string): string =>
  baseUrl === publicGitHub ? 'GitHub' : new URL(baseUrl).host

/** The page that makes a fine-grained token, with what Slipway needs filled in. */
export function toTokenUrl(baseUrl: string): string {
  const wanted = new URLSearchParams({
    name: 'Slipway',
    description: 'Reads the repositories that Slipway deploys',
    contents: 'read',
    pull_requests: 'read',
    deployments: 'write',
  })
  return `${baseUrl}/settings/personal-access-tokens/new?${wanted}`
}

export const toTokensUrl = (baseUrl: string): string => `${baseUrl}/settings/tokens`
