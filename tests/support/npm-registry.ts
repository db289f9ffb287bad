import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFiles } from './git-server.ts'

interface Published {
  readonly tarball: Buffer
  readonly manifest: { readonly name: string; readonly version: string }
}

/** A registry of npm's protocol on this computer, with packages of the test's own. */
export async function startNpmRegistry() {
  const packages = new Map<string, Published[]>()
  const asked: string[] = []
  const broken = new Set<string>()
  let isHolding = false

  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '/').slice(1)
    const [name = '', file] = path.split('/-/')
    asked.push(path)
    const published = packages.get(name)
    if (published === undefined) {
      response.writeHead(404).end('{"error":"not found"}')
      return
    }
    if (isHolding) return
    if (file === undefined) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(toPackument(name, published)))
      return
    }
    response.end(published.find(one => file === `${one.manifest.version}.tgz`)?.tarball)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  const toPackument = (name: string, published: readonly Published[]) => ({
    name,
    'dist-tags': { latest: published.at(-1)?.manifest.version },
    versions: Object.fromEntries(
      published.map(({ manifest, tarball }) => [
        manifest.version,
        {
          ...manifest,
          dist: {
            tarball: `${url}${name}/-/${manifest.version}.tgz`,
            integrity: `sha512-${createHash('sha512')
              .update(broken.has(name) ? 'another file' : tarball)
              .digest('base64')}`,
          },
        },
      ]),
    ),
  })

  return {
    url,
    /** Paths that were asked for, in order. */
    asked,
    async publish(manifest: { name: string; version: string; bin?: object }, files: Record<string, string>) {
      const folder = mkdtempSync(join(tmpdir(), 'slipway-package-'))
      try {
        const content = { 'package.json': JSON.stringify(manifest), ...files }
        await writeFiles(join(folder, 'package'), content)
        execFileSync('tar', ['-czf', 'package.tgz', '--mode=0755', 'package'], { cwd: folder })
        const tarball = readFileSync(join(folder, 'package.tgz'))
        packages.set(manifest.name, [...(packages.get(manifest.name) ?? []), { manifest, tarball }])
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    /** What comes from now on is not what was published. */
    spoil: (name: string) => void broken.add(name),
    /** Answers nobody from now on. */
    hold: () => {
      isHolding = true
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
export type NpmRegistry = Awaited<ReturnType<typeof startNpmRegistry>>
