export const appScheme = 'app'
export const appHost = 'slipway'
/** What Chromium calls the origin of our page. */
export const appOrigin = `${appScheme}://${appHost}`

/** Address of the page on a route of its own router, such as `/deployments/01j...`. */
export function toPageUrl(route = '/'): string {
  return `${appOrigin}/#${route}`
}

/** Route in the address of the page. */
export function toRoute(url: string): string {
  const route = new URL(url).hash.slice(1)
  return route === '' ? '/' : route
}

/** Whether the route is the given one or lies below it. */
export function isUnder(route: string, parent: string): boolean {
  const path = route.split('?')[0] ?? ''
  return path === parent || path.startsWith(`${parent}/`)
}
