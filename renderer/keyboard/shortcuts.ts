import { useEffect, useRef } from 'react'

/** All of them, as the `?` dialog shows them. */
export const shortcutTable = [
  { keys: 'mod+k', does: 'Search or jump to anything' },
  { keys: 'c', does: 'New deployment' },
  { keys: '/', does: 'Search on this page' },
  { keys: 'j', does: 'Next row' },
  { keys: 'k', does: 'Previous row' },
  { keys: 'enter', does: 'Open the row' },
  { keys: 'd', does: 'Deploy' },
  { keys: 'l', does: 'Log' },
  { keys: 'o', does: 'Open its URL' },
  { keys: 'g b', does: 'Go to the board' },
  { keys: 'g u', does: 'Go to builds' },
  { keys: 'e', does: 'Next error of the log' },
  { keys: 'E', does: 'Error before it' },
  { keys: 'g l', does: 'Search all logs' },
  { keys: 'g a', does: 'Go to activity' },
  { keys: 'g s', does: 'Go to settings' },
  { keys: '?', does: 'Show these shortcuts' },
] as const

export type Shortcut = Exclude<(typeof shortcutTable)[number]['keys'], 'mod+k' | 'enter'>
export type ShortcutHandlers = Partial<Record<Shortcut, () => void>>

const sequenceTimeoutMs = 1_000

/** Keys typed outside of fields and dialogs. `g b` is two keys within a second. */
export function useShortcuts(handlers: ShortcutHandlers): void {
  const latest = useRef(handlers)
  latest.current = handlers
  useEffect(() => {
    let prefix = ''
    let prefixAt = 0
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isTyping(event)) return
      const now = Date.now()
      const keys = prefix !== '' && now - prefixAt < sequenceTimeoutMs ? `${prefix} ${event.key}` : event.key
      prefix = event.key === 'g' ? 'g' : ''
      prefixAt = now
      const handler = latest.current[keys as Shortcut]
      if (handler === undefined) return
      event.preventDefault()
      handler()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

function isTyping(event: KeyboardEvent): boolean {
  if (document.querySelector('[role="dialog"], [role="menu"]') !== null) return true
  const target = event.target
  // The terminal's hidden field takes no text.
  if (target instanceof HTMLElement && target.closest('.xterm') !== null) return false
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  )
}
