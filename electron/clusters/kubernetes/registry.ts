import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { rootCertificates } from 'node:tls'
import { Agent, type Dispatcher, fetch, type Response } from 'undici'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { ImageFacts } from '../image-plan.ts'
import type { RegistryAccess, RegistryLogin } from './registry/access.ts'
import { answerChallenge, readChallenge } from './registry/authorization.ts'

/** The images of a registry, from this computer. A `repository` is below the registry's address. */
export interface RegistryClient {
  /** The status of its answer, to somebody who is let in. Throws `registry_denied` where nobody is. */
  ping(): Promise<number>
  has(repository: string, digest: string): Promise<boolean>
  /** Every tag with the digest that it names. */
  tags(repository: string): Promise<{ tag: string; digest: string }[]>
  /** What an image for Linux is. Undefined: there is none of that tag or digest. */
  describe(repository: string, reference: string): Promise<ImageFacts | undefined>
  /** False: the registry lets nobody delete. */
  remove(repository: string, digest: string): Promise<boolean>
}

/** Of an image, or of several for different processors. */
interface Manifest {
  config?: { digest: string }
  manifests?: { digest: string; platform?: { os?: string } }[]
}

interface ImageConfig {
  created?: string
  config?: { User?: string; ExposedPorts?: Record<string, object> }
}

const limitMs = 10_000
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

export function createRegistryClient(access: RegistryAccess): RegistryClient {
  const { registry } = access
  const [host = '', ...path] = (registry.hostAddress ?? registry.address).split('/')
  const base = `${registry.isPlainHttp ? 'http' : 'https'}://${toApiHost(host)}`
  const dispatcher = toDispatcher(access)
  /** By repository and method, since a token is for little. */
  const authorizations = new Map<string, string>()

  const send = (method: string, url: URL, authorization: string | undefined): Promise<Response> =>
    fetch(url, {
      method,
      headers: { accept: manifestTypes, ...(authorization === undefined ? {} : { authorization }) },
      signal: AbortSignal.timeout(limitMs),
      // Layers may lie elsewhere; the header does not go along to another host.
      redirect: url.pathname.includes('/blobs/') ? 'follow' : 'error',
      ...(dispatcher === undefined ? {} : { dispatcher }),
    })

  const ask = async (method: string, repository: string | undefined, rest: string): Promise<Response> => {
    const name = repository === undefined ? [] : [...path, repository]
    const url = new URL(`/v2/${[...name, rest].join('/')}`, base)
    const key = `${method} ${repository}`
    const response = await send(method, url, authorizations.get(key))
    if (response.status !== 401) return response
    await response.body?.cancel()
    const challenge = readChallenge(response.headers.get('www-authenticate'))
    const login = await access.login()
    const answer =
      challenge &&
      (await answerChallenge(challenge, {
        login,
        isPlainHttp: registry.isPlainHttp,
        dispatcher,
        signal: AbortSignal.timeout(limitMs),
      }))
    if (answer === undefined) throw toDenied(access, login)
    const second = await send(method, url, answer)
    if (second.status === 401 || second.status === 403) throw toDenied(access, login)
    authorizations.set(key, answer)
    return second
  }

  const refuse = (response: Response): never => {
    throw new Error(`the registry ${host} answered with ${response.status}`)
  }

  return {
    async ping() {
      const response = await ask('GET', undefined, '')
      await response.body?.cancel()
      return response.status
    },
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
    async describe(repository, reference) {
      const read = async <T>(rest: string): Promise<T> => {
        const response = await ask('GET', repository, rest)
        return response.ok ? ((await response.json()) as T) : refuse(response)
      }
      const response = await ask('GET', repository, `manifests/${reference}`)
      if (response.status === 404) return undefined
      if (!response.ok) refuse(response)
      const text = await response.text()
      const found = JSON.parse(text) as Manifest
      const one = found.manifests?.find(({ platform }) => platform?.os === 'linux') ?? found.manifests?.[0]
      const { config } = one === undefined ? found : await read<Manifest>(`manifests/${one.digest}`)
      const image = config && (await read<ImageConfig>(`blobs/${config.digest}`))
      return {
        digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
        ports: Object.keys(image?.config?.ExposedPorts ?? {}).flatMap(toTcpPort),
        user: image?.config?.User ?? '',
        createdAt: Date.parse(image?.created ?? '') || 0,
      }
    },
    async remove(repository, digest) {
      const response = await ask('DELETE', repository, `manifests/${digest}`)
      if (response.ok || response.status === 404) return true
      return response.status === 405 ? false : refuse(response)
    },
  }
}

/** The one registry whose name is not its address. */
const toApiHost = (host: string): string => (host === 'docker.io' ? 'registry-1.docker.io' : host)

function toDispatcher({ ca, connect }: RegistryAccess): Dispatcher | undefined {
  if (connect !== undefined) {
    return new Agent({
      connect: (_, done) => {
        connect().then(
          connection => done(null, connection as Socket),
          error => done(error, null),
        )
      },
    })
  }
  return ca === null ? undefined : new Agent({ connect: { ca: [...rootCertificates, ca] } })
}

/** What to do differs: to set a login, or to correct it. */
export function toDenied({ registry }: Pick<RegistryAccess, 'registry'>, login: RegistryLogin | undefined) {
  return new SlipwayError({
    code: 'registry_denied',
    message:
      login === undefined
        ? `The registry ${registry.address} asks for a user and a password, and none is set.`
        : `The registry ${registry.address} does not let ${login.user} in with the password that is set (401).`,
    hint:
      login === undefined
        ? 'Set them in the settings of the cluster.'
        : 'Set the right password in the settings of the cluster, or give the user the right to read, write and delete there.',
  })
}

/** Such as `80/tcp`. */
function toTcpPort(exposed: string): number[] {
  const [, port] = /^(\d{1,5})(?:\/tcp)?$/i.exec(exposed) ?? []
  return port === undefined || Number(port) < 1 || Number(port) > 65_535 ? [] : [Number(port)]
}
