import { fetch, type Response } from 'undici'
import type { Registry } from '../../../shared/domain/cluster.ts'

/** The images of a registry, from this computer. A `repository` is below the registry's address. */
export interface RegistryClient {
  has(repository: string, digest: string): Promise<boolean>
  /** Every tag with the digest that it names. */
  tags(repository: string): Promise<{ tag: string; digest: string }[]>
  /** The user that an image for Linux runs as; empty where it names none. */
  user(repository: string, reference: string): Promise<string>
  /** False: the registry lets nobody delete. */
  remove(repository: string, digest: string): Promise<boolean>
}

/** Of an image, or of several for different processors. */
interface Manifest {
  config?: { digest: string }
  manifests?: { digest: string; platform?: { os?: string } }[]
}

const limitMs = 10_000
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

export function createRegistryClient(registry: Registry): RegistryClient {
  const [host = '', ...path] = (registry.hostAddress ?? registry.address).split('/')
  const base = `${registry.isPlainHttp ? 'http' : 'https'}://${host}`

  const ask = (method: string, repository: string, rest: string): Promise<Response> =>
    fetch(new URL(`/v2/${[...path, repository].join('/')}/${rest}`, base), {
      method,
      headers: { accept: manifestTypes },
      signal: AbortSignal.timeout(limitMs),
      redirect: 'error',
    })

  const refuse = (response: Response): never => {
    throw new Error(`the registry ${host} answered with ${response.status}`)
  }

  return {
    async has(repository, digest) {
      const response = await ask('HEAD', repository, `manifests/${digest}`)
      return response.ok || (response.status === 404 ? false : refuse(response))
    },
    async tags(repository) {
      const names: string[] = []
      for (let rest: string | undefined = 'tags/list?n=500'; rest !== undefined; ) {
        const response: Response = await ask('GET', repository, rest)
        if (response.status === 404) return []
        if (!response.ok) refuse(response)
        const { tags } = (await response.json()) as { tags: string[] | null }
        names.push(...(tags ?? []))
        const last = /[?&]last=([^&>]+)/.exec(response.headers.get('link') ?? '')?.[1]
        rest = last === undefined ? undefined : `tags/list?n=500&last=${last}`
      }
      const found = await Promise.all(
        names.map(async tag => {
          const response = await ask('HEAD', repository, `manifests/${tag}`)
          const digest = response.headers.get('docker-content-digest')
          return response.ok && digest !== null ? [{ tag, digest }] : []
        }),
      )
      return found.flat()
    },
    async user(repository, reference) {
      const read = async <T>(rest: string): Promise<T> => {
        const response = await ask('GET', repository, rest)
        return response.ok ? ((await response.json()) as T) : refuse(response)
      }
      const found = await read<Manifest>(`manifests/${reference}`)
      const one = found.manifests?.find(({ platform }) => platform?.os === 'linux') ?? found.manifests?.[0]
      const { config } = one === undefined ? found : await read<Manifest>(`manifests/${one.digest}`)
      if (config === undefined) return ''
      const image = await read<{ config?: { User?: string } }>(`blobs/${config.digest}`)
      return image.config?.User ?? ''
    },
    async remove(repository, digest) {
      const response = await ask('DELETE', repository, `manifests/${digest}`)
      if (response.ok || response.status === 404) return true
      return response.status === 405 ? false : refuse(response)
    },
  }
}
