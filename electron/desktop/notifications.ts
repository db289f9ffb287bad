import { Notification } from 'electron'
import type { MainWindow } from './window.ts'

/** The end of a build or a rollout, ready to be read. `path` is the route of the page about it. */
export interface DeploymentEvent {
  readonly title: string
  readonly body: string
  readonly path: string
}

/** Tells the person when a build or a rollout ends, unless they are looking at it. A click opens its page. */
export function createNotifications(deps: {
  onDeploymentEvent(listener: (event: DeploymentEvent) => void): () => void
  window: MainWindow
  icon: string
}): { dispose(): void } {
  /** A notification that nothing refers to would be collected, and its click lost. */
  const shown = new Set<Notification>()

  const unsubscribe = deps.onDeploymentEvent(event => {
    if (!Notification.isSupported() || deps.window.isInView(event.path)) return
    const notification = new Notification({ title: event.title, body: event.body, icon: deps.icon })
    shown.add(notification)
    notification.on('click', () => deps.window.show(event.path))
    notification.on('close', () => shown.delete(notification))
    notification.show()
  })

  return {
    dispose() {
      unsubscribe()
      for (const notification of shown) notification.close()
    },
  }
}
