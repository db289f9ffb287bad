import { gunzipSync } from 'node:zlib'
import { registryAddress } from './cluster.ts'

interface Manifest {
  readonly config: { digest: string }
  readonly layers: readonly { digest: string }[]
  readonly manifests?: readonly { digest: string }[]
}

const types = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

const ask = async (path: string): Promise<Response> => {
  const response = await fetch(`http://${registryAddress}/v2/${path}`, { headers: { accept: types } })
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

async function readManifest(repository: string, reference: string): Promise<Manifest> {
  const manifest = (await (await ask(`${repository}/manifests/${reference}`)).json()) as Manifest
  const first = manifest.manifests?.[0]
  return first === undefined ? manifest : readManifest(repository, first.digest)
}

/** An image of the test registry: its configuration, and what its layers above `base` unpack to, as text. */
export async function readImage(
  artifact: string,
  base: string,
): Promise<{ config: string; layers: string[] }> {
  const [, repository = '', digest = ''] = /^[^/]+\/(.+)@(sha256:.+)$/.exec(artifact) ?? []
  const [baseRepository = '', tag = ''] = base.split(':')
  const [manifest, below] = await Promise.all([
    readManifest(repository, digest),
    readManifest(baseRepository, tag),
  ])
  const known = new Set(below.layers.map(layer => layer.digest))
  const own = manifest.layers.filter(layer => !known.has(layer.digest))
  const read = async (one: string) =>
    Buffer.from(await (await ask(`${repository}/blobs/${one}`)).arrayBuffer())
  return {
    config: (await read(manifest.config.digest)).toString(),
    layers: await Promise.all(
      own.map(async layer => gunzipSync(await read(layer.digest)).toString('latin1')),
    ),
  }
}
