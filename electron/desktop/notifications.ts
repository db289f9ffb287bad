import { Notification } from 'electron'
import { toFailure } from '../../shared/domain/failure.ts'
import type { Settings } from '../../shared/domain/records.ts'
import type { Notice } from '../platform/notice.ts'
import type { MainWindow } from './window.ts'

/**
 * Tells the person when a build or a rollout ends, unless they are looking at the page about it. A click opens that page.
 */
export function createNotifications(deps: {
  onDeploymentEvent(listener: (notice: Notice) => void): () => void
  /** What the person wants to be told of. */
  notifies: () => Settings['notifies']
  window: MainWindow
  icon: string
}) {
  /** A notification that nothing refers to would be collected, and its click lost. */
  const shown = new Set<Notification>()

  function notify({ title, body, path }: Omit<Notice, 'isProblem'>): void {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title, body, icon: deps.icon })
    shown.add(notification)
    notification.on('click', () => deps.window.show(path))
    notification.on('close', () => shown.delete(notification))
    notification.show()
  }

  const unsubscribe = deps.onDeploymentEvent(notice => {
    const wished = deps.notifies()
    const isWished = wished === 'everything' || (wished === 'problems' && notice.isProblem)
    if (isWished && !deps.window.isInView(notice.path)) notify(notice)
  })

  return {
    /** What was asked for in the tray and did not work. */
    tellFailure(deploymentId: string, error: unknown): void {
      const { message, hint } = toFailure(error)
      notify({ title: message, body: hint, path: `/deployments/${deploymentId}` })
    },

    dispose(): void {
      unsubscribe()
      for (const notification of shown) notification.close()
    },
  }
}
