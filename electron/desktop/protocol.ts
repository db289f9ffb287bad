import { pathToFileURL } from 'node:url'
import { net, protocol } from 'electron'
import { toPageHeaders } from '../rpc/page-headers.ts'
import { createAssetFinder } from './assets.ts'
import { appHost, appScheme } from './page-url.ts'

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built page at `app://slipway/`, with its headers; nothing else can be reached through it. */
export function serveAppScheme(assets: string): void {
  const find = createAssetFinder(assets)
  protocol.handle(appScheme, async request => {
    const url = new URL(request.url)
    const file = url.host === appHost && request.method === 'GET' ? await find(url.pathname) : undefined
    if (file === undefined) return new Response(null, { status: 404 })
    const found = await net.fetch(pathToFileURL(file.path).href)
    const headers = { ...toPageHeaders(), 'content-type': file.type, 'cache-control': 'no-store' }
    return new Response(found.body, { status: 200, headers })
  })
}
