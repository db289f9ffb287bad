import type { Bounds } from './window-state.ts'

/** How much of the window's top edge has to lie on a screen, so that it can be grabbed. */
const graspPx = 80

/** The bounds as they were kept, or undefined when the screen they were on is gone. */
export function toVisibleBounds(bounds: Bounds | null, screens: readonly Bounds[]): Bounds | undefined {
  if (bounds === null) return undefined
  const isReachable = screens.some(screen => {
    const width = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x)
    return width >= graspPx && bounds.y >= screen.y && bounds.y + graspPx <= screen.y + screen.height
  })
  return isReachable ? bounds : undefined
}
