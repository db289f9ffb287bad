import { app, session, shell } from 'electron'
import { isAllowedExternal, isAllowedPermission, isOwnPage } from './security-rules.ts'

/** Holds for every page that will ever be loaded here. Call once the app is ready, before the first window. */
export function lockDown(): void {
  app.on('web-contents-created', (_created, contents) => {
    const stay = (event: { readonly url: string; preventDefault(): void }): void => {
      if (!isOwnPage(event.url)) event.preventDefault()
    }
    contents.on('will-navigate', stay)
    contents.on('will-frame-navigate', stay)
    contents.on('will-redirect', stay)
    contents.on('will-attach-webview', event => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      openExternal(url)
      return { action: 'deny' }
    })
  })
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(isAllowedPermission(permission, details.requestingUrl)),
  )
  defaultSession.setPermissionCheckHandler((_contents, permission, origin) =>
    isAllowedPermission(permission, origin),
  )
  defaultSession.setDevicePermissionHandler(() => false)
  defaultSession.on('will-download', (event, item) => {
    if (!isOwnPage(item.getURL().replace(/^blob:/, ''))) event.preventDefault()
  })
}

/** Opens a web page or a deployed app in the person's browser; anything else is ignored. */
export function openExternal(url: string): void {
  if (isAllowedExternal(url)) void shell.openExternal(url)
}
