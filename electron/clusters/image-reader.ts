import { type Failure, SlipwayError, toFailure } from '../../shared/domain/failure.ts'
import { type ImageName, isDigest, toImageAddress, toImageText } from '../../shared/domain/image.ts'
import { type FoundImage, type ImageFacts, toFoundImage } from './image-plan.ts'

/** A registry that may have the image, as this computer asks it. */
export interface ImagePlace {
  /** For people. */
  readonly name: string
  /** The cluster's own, whose login is set for it. */
  readonly isOwn: boolean
  /** Undefined: it has none of that tag or digest. */
  describe(reference: string): Promise<ImageFacts | undefined>
}

type Answer = { readonly place: ImagePlace } & (
  | { readonly facts: ImageFacts | undefined }
  | { readonly error: unknown }
)

/**
 * What the first registry that has the image says of it. What is named by its digest needs none: it is what it is, and nodes may
 * reach registries that this computer does not.
 */
export async function readImage(image: ImageName, places: readonly ImagePlace[]): Promise<FoundImage> {
  const answers: Answer[] = []
  for (const place of places) {
    const answer = await ask(place, image.reference)
    if ('facts' in answer && answer.facts !== undefined) return toFoundImage(image, answer.facts)
    answers.push(answer)
  }
  const unanswered = answers.filter(answer => 'error' in answer)
  if (isDigest(image.reference) && unanswered.length > 0)
    return toFoundImage(image, { digest: image.reference, createdAt: 0 }, [unknownPort])
  throw new SlipwayError(explain(image, answers), unanswered.at(-1)?.error)
}

const unknownPort =
  'No registry tells this computer what is in the image, such as the port on which it listens.'

const ask = (place: ImagePlace, reference: string): Promise<Answer> =>
  place.describe(reference).then(
    facts => ({ place, facts }),
    error => ({ place, error }),
  )

function explain(image: ImageName, answers: readonly Answer[]): Failure {
  const address = toImageAddress(image)
  const text = toImageText(address, image.reference)
  const silent = answers.find(answer => 'error' in answer && !isDenial(answer.error))
  const denied = answers.find(answer => 'error' in answer && isDenial(answer.error))
  const without = answers.find(answer => 'facts' in answer)
  const byDigest = `Name it by its digest (${address}@sha256:...), which needs no registry here, or let this computer reach that one.`
  if (denied !== undefined) {
    if (denied.place.isOwn && 'error' in denied) return toFailure(denied.error)
    return {
      code: 'image_unavailable',
      message: `The registry ${denied.place.name} shows ${text} to nobody without a login: it is private, or not there.`,
      hint: `Correct its name. Of a private image, the registry has to be the one that is set for the cluster, with its login; or name it by its digest (${address}@sha256:...).`,
    }
  }
  if (silent === undefined) {
    return {
      code: 'image_unavailable',
      message: `There is no image ${text}.`,
      hint: 'Correct its name or its tag, then deploy again.',
    }
  }
  const begin =
    without === undefined ? 'The registry' : `The registry ${without.place.name} has no ${text}, and`
  return {
    code: 'image_unavailable',
    message: `${begin} ${silent.place.name} does not answer this computer${without === undefined ? `, so it is not known which image ${text} is now` : ''}.`,
    hint: without === undefined ? byDigest : `Correct its name or its tag. ${byDigest}`,
  }
}

/** Whether somebody answered, and let nobody in. */
const isDenial = (error: unknown): boolean =>
  error instanceof SlipwayError || /answered with 40[13]$/.test((error as Error | undefined)?.message ?? '')
