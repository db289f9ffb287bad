import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isAbsolute, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { lookup } from 'mrmime'

/** A file to answer with, open. */
interface Page {
  readonly name: string
  readonly file: FileHandle
  readonly size: number
  readonly changedAt: number
}

/**
 * Answers with the files of `folder`. Links are followed inside of `boundary` and no further; what begins with a dot stays
 * hidden, but for `.well-known`. `fallback` answers for pages that are no file. The files are looked up anew at each request.
 */
export function createStaticFiles(site: { folder: string; boundary: string; fallback?: string | undefined }) {
  const find = async (path: string): Promise<Page | undefined> => {
    const parts = path.split('/').filter(part => part !== '')
    if (path.includes('\0') || parts.some(part => part.startsWith('.') && part !== '.well-known'))
      return undefined
    const name = parts.join('/')
    const names = name === '' ? [] : [name, `${name}.html`]
    for (const one of [...names, `${name}/index.html`]) {
      const page = await openInside(site, one)
      if (page !== undefined) return page
    }
    return undefined
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end()
    const path = toPath(request.url ?? '/')
    const page = await find(path)
    if (page !== undefined) return send(request, response, { page, status: 200 })
    const isFile = /\.\w+$/.test(path) || path.startsWith('/.well-known')
    const shown = site.fallback === undefined || isFile ? undefined : await find(site.fallback)
    if (shown !== undefined) return send(request, response, { page: shown, status: 200 })
    const missing = await find('404.html')
    if (missing !== undefined) return send(request, response, { page: missing, status: 404 })
    response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' })
    response.end(request.method === 'HEAD' ? undefined : 'Not found')
  }
}

/** Of the boundary or below it, by what links lead to. */
export async function isInside(boundary: string, path: string): Promise<boolean> {
  const way = relative(await realpath(boundary), await realpath(path))
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** Undefined: there is none, it leads out, is no file, or may not be read. */
async function openInside(
  { folder, boundary }: { folder: string; boundary: string },
  name: string,
): Promise<Page | undefined> {
  const path = join(folder, name)
  try {
    if (!(await isInside(boundary, path)) || !(await stat(path)).isFile()) return undefined
    const file = await open(path)
    const { size, mtimeMs } = await file.stat()
    return { name, file, size, changedAt: Math.floor(mtimeMs) }
  } catch {
    return undefined
  }
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { page, status }: { page: Page; status: 200 | 404 },
): Promise<void> {
  const { file, size, changedAt } = page
  const type = lookup(page.name) ?? ''
  const etag = `W/"${size}-${changedAt}"`
  const range = status === 200 ? toRange(request.headers.range, size) : undefined
  const headers = {
    'content-type': type === 'text/html' ? 'text/html;charset=utf-8' : type,
    'last-modified': new Date(changedAt).toUTCString(),
    etag,
  }
  try {
    if (status === 200 && request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else if (range === 'none') response.writeHead(416, { 'content-range': `bytes */${size}` }).end()
    else {
      const { from, to } = range ?? { from: 0, to: size - 1 }
      const part = range && { 'content-range': `bytes ${from}-${to}/${size}`, 'accept-ranges': 'bytes' }
      response.writeHead(range ? 206 : status, { ...headers, ...part, 'content-length': to - from + 1 })
      if (request.method === 'HEAD' || size === 0) response.end()
      else await pipeline(file.createReadStream({ start: from, end: to, autoClose: false }), response)
    }
  } finally {
    await file.close()
  }
}

/** One range, which is all that browsers ask for; anything else is answered with the whole file. `none`: beyond its end. */
function toRange(
  header: string | undefined,
  size: number,
): { from: number; to: number } | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  const from = first === '' ? Math.max(size - Number(last), 0) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined
  return from <= to ? { from, to } : 'none'
}

function toPath(url: string): string {
  const path = url.split(/[?#]/)[0] ?? '/'
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
