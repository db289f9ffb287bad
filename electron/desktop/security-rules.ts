import { appOrigin } from './page-url.ts'

/** What may be handed to the operating system to open: https, and deployed apps at `http://<name>.localhost`. */
export function isAllowedExternal(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && /^[a-z0-9-]+\.localhost$/.test(hostname))
}

/** Our own page may write to the clipboard when a button is pressed. Nothing else, nobody else. */
export function isAllowedPermission(permission: string, requester: string): boolean {
  if (permission !== 'clipboard-sanitized-write') return false
  return isOwnPage(requester)
}

/** Whether the URL is the page of the window. Reloading it is the one navigation there is. */
export function isOwnPage(url: string): boolean {
  return url === appOrigin || url.startsWith(`${appOrigin}/`)
}
