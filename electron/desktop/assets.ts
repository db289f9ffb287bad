import { stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export interface Asset {
  readonly path: string
  readonly type: string
}

/** Finds the file for the path of a URL; undefined for what is not there, is no file, or lies outside the folder. */
export function createAssetFinder(folder: string) {
  return async (pathname: string): Promise<Asset | undefined> => {
    const decoded = decode(pathname)
    if (decoded === undefined) return undefined
    const path = join(folder, decoded === '/' ? 'index.html' : decoded)
    const type = types[extname(path)]
    if (type === undefined || !path.startsWith(folder + sep)) return undefined
    const found = await stat(path).catch(() => undefined)
    return found?.isFile() ? { path, type } : undefined
  }
}

/** Undefined for escapes that are broken and for characters that have no place in a path of ours. */
function decode(pathname: string): string | undefined {
  try {
    const decoded = decodeURIComponent(pathname)
    return /[\0\\]/.test(decoded) ? undefined : decoded
  } catch {
    return undefined
  }
}
