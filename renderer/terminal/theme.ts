/** Places in the palette beyond the usual sixteen colours, so that a change of theme colours old lines too. */
export const paletteSlots = { dim: 16, accent: 17, stderr: 18 } as const

export function readToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** A log has no cursor. */
export function readTheme({ hasCursor = false } = {}) {
  const token = readToken
  const slots = [
    [paletteSlots.dim, token('--text-third')],
    [paletteSlots.accent, token('--accent')],
    [paletteSlots.stderr, token('--red')],
  ] as const
  return {
    background: token('--ground'),
    foreground: token('--text'),
    cursor: token(hasCursor ? '--text' : '--ground'),
    selectionBackground: token('--accent-line'),
    overviewRulerBorder: token('--ground'),
    scrollbarSliderBackground: token('--line-strong'),
    black: token('--text'),
    red: token('--red'),
    green: token('--green'),
    yellow: token('--amber'),
    blue: token('--blue'),
    magenta: token('--accent'),
    white: token('--text-second'),
    brightBlack: token('--text-third'),
    brightRed: token('--red'),
    brightGreen: token('--green'),
    brightYellow: token('--amber'),
    brightBlue: token('--blue'),
    brightMagenta: token('--accent'),
    brightWhite: token('--text'),
    extendedAnsi: slots.toSorted((a, b) => a[0] - b[0]).map(([, value]) => value),
  }
}
