import { createHash } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { stripVTControlCharacters } from 'node:util'
import { pageStyle } from './page-style.ts'

export type PageState =
  | 'building'
  | 'crashed'
  | 'not here'
  | 'starting'
  | 'stopped'
  | 'unknown'
  | 'unreachable'
  | 'worker'

/** What the gateway answers in place of an app. Texts may come from anywhere: they are escaped here. */
export interface Page {
  readonly state: PageState
  readonly title: string
  readonly detail: string
  readonly lines: readonly string[]
}

export interface PageResponse {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: string
}

const reloadAfterSeconds = '2'
const shownLines = 20
const shownCharacters = 1000

interface Look {
  readonly word: string
  readonly status: number
  readonly tone: 'blue' | 'grey' | 'red'
  /** SVG shapes in a box of 16 by 16. */
  readonly icon: string
  readonly isReloading: boolean
}

const arrow = '<path d="M3 8h9M8.5 4.5 12 8l-3.5 3.5"/>'
const cross = '<path d="m4 4 8 8M12 4l-8 8"/>'
const question =
  '<path d="M5.8 6a2.2 2.2 0 1 1 3.4 1.9C8.4 8.4 8 8.8 8 9.8"/><path d="M8 12.3v.1"/><circle cx="8" cy="8" r="6.5" stroke-dasharray="2 2"/>'
const ring = '<circle cx="8" cy="8" r="5.5" opacity=".3"/><path d="M8 2.5A5.5 5.5 0 0 1 13.5 8"/>'
const square = '<rect x="4" y="4" width="8" height="8" rx="1.5"/>'

const looks: Record<PageState, Look> = {
  building: { word: 'Building', status: 503, tone: 'blue', icon: ring, isReloading: true },
  crashed: { word: 'Crashed', status: 503, tone: 'red', icon: cross, isReloading: false },
  'not here': { word: 'Not here', status: 421, tone: 'grey', icon: question, isReloading: false },
  starting: { word: 'Starting', status: 503, tone: 'blue', icon: arrow, isReloading: true },
  stopped: { word: 'Stopped', status: 503, tone: 'grey', icon: square, isReloading: false },
  unknown: { word: 'Not found', status: 404, tone: 'grey', icon: question, isReloading: false },
  unreachable: { word: 'No answer', status: 502, tone: 'red', icon: cross, isReloading: false },
  worker: { word: 'Worker', status: 404, tone: 'grey', icon: square, isReloading: false },
}

const styleHash = createHash('sha256').update(pageStyle).digest('base64')
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** The page as HTML, or as JSON for a program that asks for it. */
export function toPageResponse(page: Page, request: IncomingMessage): PageResponse {
  const look = looks[page.state]
  const lines = page.lines.slice(-shownLines).map(toPlainText)
  const shown: Page = { state: page.state, title: page.title, detail: page.detail, lines }
  const isJson = wantsJson(request.headers.accept ?? '')
  const body = isJson ? `${JSON.stringify(shown)}\n` : toHtml(shown, look)
  return {
    status: look.status,
    headers: {
      'content-type': isJson ? 'application/json' : 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      // As headers, since a page that reloads by a meta element is one that assistive tools warn of.
      ...(look.isReloading ? { 'retry-after': reloadAfterSeconds } : {}),
      ...(look.isReloading && !isJson ? { refresh: reloadAfterSeconds } : {}),
    },
    body: request.method === 'HEAD' ? '' : body,
  }
}

const wantsJson = (accept: string): boolean =>
  accept.includes('application/json') && !accept.includes('text/html')

function toHtml(page: Page, look: Look): string {
  const lines = page.lines.map(escapeHtml).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<p class="status ${look.tone}"><svg viewBox="0 0 16 16" aria-hidden="true">${look.icon}</svg>${look.word}</p>
<h1>${escapeHtml(page.title)}</h1>
<p class="detail">${escapeHtml(page.detail)}</p>
${lines === '' ? '' : `<h2 id="lines">Last lines of the log</h2>\n<pre tabindex="0" role="region" aria-labelledby="lines">${lines}</pre>\n`}<p class="foot">${look.isReloading ? 'This page reloads until the app answers. ' : ''}Served by Slipway on this computer.</p>
</main>
</body>
</html>
`
}

/** Without colours and other controls, and not endless. */
function toPlainText(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const text = stripVTControlCharacters(line).replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '')
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)} ...` : text
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, sign => entities[sign] ?? sign)
