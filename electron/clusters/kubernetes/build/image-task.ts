import { type Failure, toFailure } from '../../../../shared/domain/failure.ts'
import { type ImageName, toImageText } from '../../../../shared/domain/image.ts'
import type { BuildKey, BuildObservation, BuildOrder } from '../../driver.ts'
import { type FoundImage, toDigest, toImageName, toImagePlan } from '../../image-plan.ts'
import type { KubernetesContext } from '../kubernetes-deps.ts'
import { createBuildJournal } from './build-journal.ts'
import type { BuildTask } from './build-task.ts'

type End =
  | { readonly artifact: string; readonly found: Pick<FoundImage, 'commit' | 'plan'> }
  | { readonly failure: Failure }

/**
 * The build of an image that is there already: a look at it. Nothing is made in the cluster, so nobody needs the right to build
 * there, and a Slipway that was closed meanwhile looks again.
 */
export function createImageTask(
  context: Pick<KubernetesContext, 'logs' | 'now' | 'changed' | 'log'>,
  build: { key: BuildKey; order: BuildOrder; findImage: (image: ImageName) => Promise<FoundImage> },
): BuildTask {
  const { key, order } = build
  const leaving = new AbortController()
  const changed = () => context.changed(key.deploymentId)
  const journal = createBuildJournal(context, { buildId: key.buildId, signal: leaving.signal, changed })
  let end: End | undefined

  const look = async (): Promise<End> => {
    const { address } = order.source
    const reference = toDigest(order.sha)
    const text = toImageText(address, order.branch)
    const image = toImageName(order.source, reference)
    await journal.print(`Build ${key.buildId}`)
    const found = await journal.during('fetch', `Looking at ${text}`, () => build.findImage(image))
    leaving.signal.throwIfAborted()
    await journal.print(`It is ${reference}. Nothing is built.`)
    return {
      artifact: toImageText(address, reference),
      found: { commit: { ...found.commit, subject: text }, plan: toImagePlan(found, order.port) },
    }
  }

  const run = async (): Promise<void> => {
    const result = await look().catch((error): End => {
      const failure = toFailure(error)
      if (failure.code === 'internal' && !leaving.signal.aborted)
        context.log.warn({ err: error, buildId: key.buildId }, 'an image could not be looked at')
      return { failure }
    })
    if (leaving.signal.aborted) return
    await journal.close('failure' in result ? result.failure.message : undefined)
    end = result
    changed()
  }

  const done = run().catch(error =>
    context.log.warn({ err: error, buildId: key.buildId }, 'a build could not be recorded'),
  )

  return {
    key,
    done,
    observe(): BuildObservation {
      const steps = journal.steps()
      if (end === undefined) return { state: 'running', steps }
      if ('failure' in end) return { state: 'failed', failure: end.failure, steps }
      return { state: 'succeeded', artifact: end.artifact, ...end.found, steps }
    },
    async cancel() {
      leaving.abort(new Error('the build was cancelled'))
      await done
      await journal.close('Cancelled').catch(() => undefined)
    },
    async dispose() {
      leaving.abort(new Error('Slipway closes'))
      await done
    },
  }
}
