import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import type { LogLine } from '../../shared/domain/log.ts'
import { isErrorLine } from '../../shared/domain/log-level.ts'
import { drawWithGraphicsCard } from '../terminal/graphics-card.ts'
import { readTheme, readToken } from '../terminal/theme.ts'
import { formatLine, type LineLook } from './format-line.ts'
import { heldLines } from './log-window.ts'

/** Long lines wrap, so there are more rows than lines. */
const scrollback = heldLines * 5
/** Without wrapping, what is drawn of a line; the view scrolls sideways over it. Each takes memory in every row that is kept. */
const wideColumns = 300

/** While lines come faster than anybody can read, the picture changes this often; to draw takes longer than to write. */
const pictureMs = 150
/** When nothing more has come for this long, there is time to draw. */
const lullMs = 20
/** A write of this many characters is more than what a person reads. */
const floodCharacters = 32 * 1024
/** Synchronized output (DEC mode 2026): what is written between the two is drawn at once. */
const holdPicture = '\x1b[?2026h'
const showPicture = '\x1b[?2026l'
/** The screen and all that scrolled out of it. */
const eraseAll = '\x1b[H\x1b[2J\x1b[3J'

/**
 * The terminal as a screen for log lines. `write` and `rewrite` resolve when xterm has taken in what it was given, which
 * is the only moment at which lines may be acknowledged.
 */
export function createTerminalScreen(parent: HTMLElement, deps: { openLink: (url: string) => void }) {
  const terminal = new Terminal({
    disableStdin: true,
    cursorInactiveStyle: 'none',
    fontFamily: getComputedStyle(parent).getPropertyValue('--mono'),
    fontSize: 12,
    lineHeight: 1.5,
    scrollback,
    overviewRuler: { width: 12 },
    minimumContrastRatio: 4.5,
    theme: readTheme(),
    allowProposedApi: true,
  })
  const fit = new FitAddon()
  const search = new SearchAddon()
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.loadAddon(new WebLinksAddon((_event, url) => deps.openLink(url)))
  terminal.open(parent)
  terminal.textarea?.setAttribute('aria-label', 'Log text: arrow and page keys scroll')
  terminal.textarea?.setAttribute('readonly', '')
  drawWithGraphicsCard(terminal)
  terminal.attachCustomKeyEventHandler(event => {
    if (event.type === 'keydown' && scrollBy(terminal, event.key)) event.preventDefault()
    return false
  })
  let wraps = true
  const fill = () => {
    if (wraps) fit.fit()
    else terminal.resize(wideColumns, fit.proposeDimensions()?.rows ?? terminal.rows)
  }
  const resized = new ResizeObserver(fill)
  resized.observe(parent)
  fill()

  let isBlank = true
  let look: LineLook = { hasTime: false, instances: [] }
  /** Until the picture has been drawn again. */
  let isHeld = false
  let showing: number | undefined
  let lull: number | undefined
  let underWay = 0
  terminal.onRender(() => {
    isHeld = showing !== undefined
  })
  const hold = (): string => {
    if (isHeld) return ''
    isHeld = true
    showing = window.setTimeout(show, pictureMs)
    return holdPicture
  }
  const show = () => {
    if (showing === undefined) return
    window.clearTimeout(showing)
    showing = undefined
    terminal.write(showPicture)
  }

  /** `isAnew`: instead of all that was written before. */
  const write = (lines: readonly LogLine[], { isAnew = false } = {}) =>
    new Promise<void>(resolve => {
      if (lines.length === 0) return resolve()
      const text = lines.map(line => formatLine(line, look)).join('\r\n')
      const start = isBlank ? '\x1b[?25l' : isAnew ? eraseAll : '\r\n'
      isBlank = false
      underWay++
      window.clearTimeout(lull)
      terminal.write(`${text.length > floodCharacters ? hold() : ''}${start}${text}`, () => {
        markErrors(terminal, lines)
        if (--underWay === 0 && showing !== undefined) lull = window.setTimeout(show, lullMs)
        resolve()
      })
    })

  /** Row of the buffer in which the line starts that is followed by this many lines. */
  const rowOf = (linesBehind: number): number => {
    const buffer = terminal.buffer.active
    let left = linesBehind
    for (let row = buffer.baseY + buffer.cursorY; row > 0; row--) {
      if (buffer.getLine(row)?.isWrapped === true) continue
      if (left === 0) return row
      left -= 1
    }
    return 0
  }

  return {
    write,
    search,
    rows: () => terminal.rows,
    async rewrite(lines: readonly LogLine[]) {
      terminal.reset()
      isBlank = true
      await write(lines)
    },
    /** Puts the line that is followed by this many lines at the top of the view, or in its middle. */
    scrollTo(linesBehind: number, place: 'top' | 'middle') {
      const row = rowOf(linesBehind)
      terminal.scrollToLine(place === 'top' ? row : Math.max(0, row - Math.floor(terminal.rows / 2)))
    },
    selectLine(linesBehind: number) {
      const row = rowOf(linesBehind)
      let last = row
      while (terminal.buffer.active.getLine(last + 1)?.isWrapped === true) last += 1
      terminal.selectLines(row, last)
    },
    /** Marks the text where it first stands in the line. */
    select(linesBehind: number, text: string) {
      const row = rowOf(linesBehind)
      const buffer = terminal.buffer.active
      for (let part = row; part === row || buffer.getLine(part)?.isWrapped === true; part++) {
        const column =
          buffer.getLine(part)?.translateToString().toLowerCase().indexOf(text.toLowerCase()) ?? -1
        if (column >= 0) return terminal.select(column, part, text.length)
      }
      terminal.selectLines(row, row)
    },
    scrollToBottom: () => terminal.scrollToBottom(),
    isAtBottom: () => terminal.buffer.active.viewportY >= terminal.buffer.active.baseY,
    isAtTop: () => terminal.buffer.active.viewportY === 0 && terminal.buffer.active.baseY > 0,
    onMoved: (listener: () => void) => terminal.onRender(listener),
    selection: () => terminal.getSelection(),
    clearSelection: () => terminal.clearSelection(),
    /** How lines look that are written from now on. */
    setLook(next: Partial<LineLook>) {
      look = { ...look, ...next }
    },
    /** What is there has to be written again. */
    setWrap(next: boolean) {
      wraps = next
      parent.toggleAttribute('data-wide', !next)
      terminal.options.scrollback = next ? scrollback : heldLines
      fill()
    },
    applyTheme() {
      terminal.options.theme = readTheme()
    },
    dispose() {
      resized.disconnect()
      window.clearTimeout(showing)
      window.clearTimeout(lull)
      terminal.dispose()
    },
  }
}
export type TerminalScreen = ReturnType<typeof createTerminalScreen>

/** Puts a mark into the scroll bar for each error among the lines written last. */
function markErrors(terminal: Terminal, lines: readonly LogLine[]): void {
  if (!lines.some(isErrorLine)) return
  const buffer = terminal.buffer.active
  const end = buffer.baseY + buffer.cursorY
  const color = readToken('--red')
  let row = end
  for (let index = lines.length - 1; index >= 0 && row >= 0; index--, row--) {
    while (row > 0 && buffer.getLine(row)?.isWrapped === true) row -= 1
    const line = lines[index]
    if (line === undefined || !isErrorLine(line)) continue
    const marker = terminal.registerMarker(row - end)
    terminal.registerDecoration({ marker, overviewRulerOptions: { color, position: 'full' } })
  }
}

function scrollBy(terminal: Terminal, key: string): boolean {
  if (key === 'ArrowUp') terminal.scrollLines(-1)
  else if (key === 'ArrowDown') terminal.scrollLines(1)
  else if (key === 'PageUp') terminal.scrollPages(-1)
  else if (key === 'PageDown') terminal.scrollPages(1)
  else if (key === 'Home') terminal.scrollToTop()
  else if (key === 'End') terminal.scrollToBottom()
  else return false
  return true
}
