import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import type { Failure } from '../../shared/domain/failure.ts'
import type { ShellEnd } from '../../shared/domain/shell.ts'
import type { client as Client } from '../connection/api.ts'
import { toShownFailure } from '../connection/failures.ts'
import { drawWithGraphicsCard } from './graphics-card.ts'
import { readTheme } from './theme.ts'

/** Keys that are typed close together go in one request. */
const gatherMs = 8

export type ShellState =
  | { readonly phase: 'opening' | 'open' }
  | { readonly phase: 'ended'; readonly exitCode: number | null }
  | { readonly phase: 'failed'; readonly failure: Failure }

/** A terminal with a shell of a deployment behind it. */
export function createShellSession(deps: {
  client: Pick<typeof Client, 'shells'>
  deploymentId: string
  /** Any that is ready, where none is named. */
  instance: string | undefined
  parent: HTMLElement
  changed: (state: ShellState) => void
}) {
  const { parent, deploymentId, instance, changed } = deps
  const { shells } = deps.client
  const terminal = new Terminal({
    fontFamily: getComputedStyle(parent).getPropertyValue('--mono'),
    fontSize: 13,
    lineHeight: 1.3,
    scrollback: 5000,
    cursorBlink: false,
    minimumContrastRatio: 4.5,
    theme: readTheme({ hasCursor: true }),
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.open(parent)
  terminal.textarea?.setAttribute(
    'aria-label',
    'Shell: what is typed goes to the app; Shift and Tab leave it',
  )
  terminal.attachCustomKeyEventHandler(({ key, shiftKey }) => !(key === 'Tab' && shiftKey))
  drawWithGraphicsCard(terminal)
  fit.fit()
  // Hidden, it has no size.
  const resized = new ResizeObserver(() => parent.clientWidth > 0 && fit.fit())
  resized.observe(parent)

  let current: { name: string; end: AbortController } | null = null
  let typed = ''
  let sending: number | undefined

  const send = () => {
    sending = undefined
    const text = typed
    typed = ''
    // A shell that has ended says so in its output.
    if (current !== null && text !== '') shells.write({ shell: current.name, text }).catch(() => {})
  }
  terminal.onData(text => {
    typed += text
    sending ??= window.setTimeout(send, gatherMs)
  })
  terminal.onResize(({ cols, rows }) => {
    if (current !== null) shells.resize({ shell: current.name, columns: cols, rows }).catch(() => {})
  })

  const listen = async (name: string, signal: AbortSignal): Promise<ShellEnd> => {
    const size = { columns: terminal.cols, rows: terminal.rows }
    const wish = { deploymentId, shell: name, ...size, ...(instance === undefined ? {} : { instance }) }
    const output = await shells.open(wish, { signal })
    for await (const { text, last, end } of output) {
      if (last === 1) {
        changed({ phase: 'open' })
        if (parent.clientWidth > 0) terminal.focus()
      }
      terminal.write(text, () => shells.acknowledge({ shell: name, last }).catch(() => {}))
      if (end !== null) return end
    }
    return { exitCode: null, failure: null }
  }

  const open = () => {
    current?.end.abort()
    const own = { name: crypto.randomUUID(), end: new AbortController() }
    current = own
    changed({ phase: 'opening' })
    const ended = (state: ShellState) => {
      if (current !== own) return
      current = null
      changed(state)
    }
    listen(own.name, own.end.signal).then(
      ({ exitCode, failure }) =>
        ended(failure === null ? { phase: 'ended', exitCode } : { phase: 'failed', failure }),
      error => ended({ phase: 'failed', failure: toShownFailure(error) }),
    )
  }
  open()

  return {
    open() {
      terminal.reset()
      open()
    },
    focus: () => terminal.focus(),
    applyTheme() {
      terminal.options.theme = readTheme({ hasCursor: true })
    },
    dispose() {
      window.clearTimeout(sending)
      const ending = current
      current = null
      ending?.end.abort()
      resized.disconnect()
      terminal.dispose()
    },
  }
}
export type ShellSession = ReturnType<typeof createShellSession>
