import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type AppName, writeApp } from '../apps/apps.ts'
import { clusterSettings } from './cluster.ts'

interface Manifest {
  config: { mediaType: string; size: number; digest: string }
  layers: { mediaType: string; size: number; digest: string }[]
}
interface ImageConfig {
  config: { Cmd?: string[]; Entrypoint?: string[]; User?: string; WorkingDir?: string }
  rootfs: { diff_ids: string[] }
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** Tests push at the same time as others, and a registry refuses an image while another push writes one of its layers there. */
const own = randomBytes(4).toString('hex')
let pushing: Promise<unknown> = Promise.resolve()

/** An image made from one that the registry has, with what differs. Its name ends in the digest. */
export function pushImage(image: ImageToPush): Promise<string> {
  const pushed = pushing.then(() => push(image))
  pushing = pushed.catch(() => undefined)
  return pushed
}

interface ImageToPush {
  base?: string
  /** A folder that becomes /app. */
  folder?: string
  command?: readonly string[]
  user?: string
  /** Names it from now on, beside its digest. */
  tag?: string
  /** Below the registry's address. */
  repository?: string
}

async function push(image: ImageToPush): Promise<string> {
  const { registry } = await clusterSettings()
  const base = image.base ?? 'library/node:24-slim'
  const [from = '', tag = ''] = base.split(':')
  const to = image.repository ?? `tests/${from.split('/').at(-1)}-${own}`
  const root = `http://${registry?.hostAddress}/v2`

  const manifest = (await (
    await fetch(`${root}/${from}/manifests/${tag}`, { headers: { accept: manifestType } })
  ).json()) as Manifest
  const config = (await (
    await fetch(`${root}/${from}/blobs/${manifest.config.digest}`)
  ).json()) as ImageConfig
  for (const layer of manifest.layers)
    await fetch(`${root}/${to}/blobs/uploads/?mount=${layer.digest}&from=${from}`, { method: 'POST' })

  const pushBlob = async (bytes: Buffer) => {
    const digest = toDigest(bytes)
    const begun = await fetch(`${root}/${to}/blobs/uploads/`, { method: 'POST' })
    const place = new URL(begun.headers.get('location') ?? '', root)
    place.searchParams.set('digest', digest)
    await fetch(place, { method: 'PUT', body: new Uint8Array(bytes) })
    return { digest, size: bytes.length }
  }

  const layers = [...manifest.layers]
  const diffs = [...config.rootfs.diff_ids]
  if (image.folder !== undefined) {
    const tar = execFileSync('tar', [
      '-c',
      '--mode=a+rX',
      '--transform',
      's,^\\.,app,',
      '-C',
      image.folder,
      '.',
    ])
    layers.push({
      ...(await pushBlob(gzipSync(tar))),
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    })
    diffs.push(toDigest(tar))
  }
  const { Entrypoint: _, ...settings } = config.config
  const changed = {
    ...config,
    config: {
      ...settings,
      User: image.user ?? '1000',
      ...(image.folder === undefined ? {} : { WorkingDir: '/app' }),
      ...(image.command === undefined ? {} : { Cmd: image.command }),
    },
    history: [],
    rootfs: { type: 'layers', diff_ids: diffs },
  }
  const pushed = await pushBlob(Buffer.from(JSON.stringify(changed)))
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...pushed },
    layers,
  })
  const digest = toDigest(Buffer.from(body))
  const put = await fetch(`${root}/${to}/manifests/${image.tag ?? digest}`, {
    method: 'PUT',
    headers: { 'content-type': manifestType },
    body,
  })
  if (!put.ok) throw new Error(`the registry refuses the image: ${await put.text()}`)
  return `${registry?.address}/${to}@${digest}`
}

/** One of the small apps, as an image. */
export async function pushApp(name: AppName, options?: { port?: number }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-image-'))
  try {
    await writeApp(folder, name, options)
    return await pushImage({ folder, command: ['node', 'server.js'] })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const toDigest = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
