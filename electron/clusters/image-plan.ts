import { SlipwayError } from '../../shared/domain/failure.ts'
import { type ImageName, parseImage, toImageAddress, toImageText } from '../../shared/domain/image.ts'
import { type Plan, withEdits } from '../../shared/domain/plan.ts'
import type { Commit, Source } from '../../shared/domain/records.ts'

/** What a registry says of an image. */
export interface ImageFacts {
  /** `sha256:` and 64 hex digits. */
  readonly digest: string
  /** TCP ports that it exposes. Undefined: it could not be looked at. */
  readonly ports?: readonly number[]
  /** Who it runs as; empty where it names nobody, which is root. */
  readonly user?: string
  /** UTC milliseconds; 0 where nobody says. */
  readonly createdAt: number
}

/** An image in the place of a commit and of how it is built. */
export interface FoundImage {
  readonly commit: Commit
  readonly plan: Plan
  /** It names root, or nobody, which is the same. */
  readonly runsAsRoot: boolean
}

/** The image of a source, by the tag or digest that stands in the place of a branch. Throws `invalid_input`. */
export function toImageName({ address }: Pick<Source, 'address'>, reference: string): ImageName {
  const text = toImageText(address, reference)
  const image = parseImage(text)
  if (image !== undefined) return image
  throw new SlipwayError({
    code: 'invalid_input',
    message: `"${text}" is no image.`,
    hint: 'Write it as nginx:1.27 or registry.example.com/team/app:tag.',
  })
}

export const toSha = (digest: string): string => digest.replace(/^sha256:/, '')
export const toDigest = (sha: string): string => `sha256:${sha}`

/** `named`: the tag that it was asked for by. Pure. */
export function toFoundImage(image: ImageName, facts: ImageFacts, notes: readonly string[] = []): FoundImage {
  const text = toImageText(toImageAddress(image), image.reference)
  const { ports } = facts
  const [port] = ports ?? []
  return {
    runsAsRoot: facts.user !== undefined && /^(?:|0|root)(?::|$)/.test(facts.user),
    commit: { sha: toSha(facts.digest), subject: text, author: '', at: facts.createdAt },
    plan: {
      kind: 'image',
      label: 'Image',
      root: '.',
      runtime: { value: text, origin: facts.digest },
      ...{ install: null, build: null, start: null, output: null, fallback: null },
      port:
        ports?.length === 1 && port !== undefined ? { value: port, origin: 'the image exposes it' } : null,
      notes: [...(ports === undefined || ports.length === 1 ? [] : [toPortNote(ports)]), ...notes],
    },
  }
}

const toPortNote = (ports: readonly number[]): string =>
  ports.length === 0
    ? 'The image does not say on which port it listens.'
    : `The image exposes several ports: ${ports.join(', ')}.`

/** With the port that was set. Throws where it is not known: nothing else could find it out before the app runs. */
export function toImagePlan({ plan }: Pick<FoundImage, 'plan'>, port: number | null): Plan {
  const complete = withEdits(plan, {}, port)
  if (complete.port !== null) return complete
  throw new SlipwayError({
    code: 'plan_unsupported',
    message: plan.notes[0] ?? 'It is not known on which port the image listens.',
    hint: 'Set the port, in the settings of the deployment or with --port, then deploy again.',
  })
}
