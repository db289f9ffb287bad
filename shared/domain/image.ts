/** An image in a registry. `reference`: a tag, or a digest such as `sha256:` and 64 hex digits. */
export interface ImageName {
  /** With its port, such as `docker.io` or `registry.example:5000`. */
  readonly registry: string
  readonly repository: string
  readonly reference: string
}

const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const host = '(?:localhost|[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?=:\\d))(?::\\d{1,5})?'
const pattern = new RegExp(
  `^(?:(${host})/)?(${part}(?:/${part})*)(?::([\\w][\\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
)

export const usualTag = 'latest'

/** As docker and nodes read it: `nginx:1.27` is `docker.io/library/nginx:1.27`. Undefined: it is no image. */
export function parseImage(text: string): ImageName | undefined {
  const [, registry = 'docker.io', path = '', tag, digest] = pattern.exec(text.trim()) ?? []
  if (path === '' || text.length > 500) return undefined
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  return { registry: registry.toLowerCase(), repository, reference: digest ?? tag ?? usualTag }
}

/** Without its tag or digest: where all of its versions are. */
export const toImageAddress = ({ registry, repository }: ImageName): string => `${registry}/${repository}`

export const isDigest = (reference: string): boolean => reference.startsWith('sha256:')

/** An address with a tag or a digest, as it is written. */
export const toImageText = (address: string, reference: string): string =>
  isDigest(reference) ? `${address}@${reference}` : `${address}:${reference || usualTag}`
