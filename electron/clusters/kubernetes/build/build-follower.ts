import { setTimeout as delay } from 'node:timers/promises'
import type { LogRef, NewLogLine } from '../../../../shared/domain/log.ts'
import type { Plan } from '../../../../shared/domain/plan.ts'
import type { LogStore } from '../../../logs/log-store.ts'
import { createTextMask } from '../../masking.ts'
import type { KubernetesApi } from '../api.ts'
import { ApiError } from '../api-failure.ts'
import { type ContainerLine, NodeLogError, readContainerLog } from '../container-log.ts'
import { boundLines, type LineReader } from './bounded-lines.ts'
import { containerOf, isOver } from './build-failure.ts'
import { buildNames } from './build-job.ts'
import { type BuildkitStep, toStepName } from './build-steps.ts'
import { createBuildkitStatus, type StatusLine, type Vertex } from './buildkit-status.ts'
import type { BuildScene, NamespaceWatch } from './namespace-watch.ts'

const retryMs = 1000
/** A log that is silent for so long though its container has ended is read anew: not every connection says that it ended. */
const silenceMs = 10_000
/** For the log of a container that has ended; the cluster may not have it any more. */
const mostTries = 10

/**
 * Brings what the containers of a build write into the log store. Each line comes there once: the place in the container's log
 * is kept with the lines, and whoever follows next reads from the begin and skips what was stored.
 */
export function createBuildFollower(deps: {
  api: KubernetesApi
  logs: LogStore
  log: LogRef
  namespace: string
  watch: NamespaceWatch
  secrets: readonly string[]
  /** Of each container. */
  mostLogMebibytes: number
  plan: Plan
  /** Names the pod among those of one build. */
  attempt: string
  signal: AbortSignal
  onProgress: () => void
  onError: (error: unknown) => void
}) {
  const { logs, log, watch, signal } = deps
  const logSeqs: Partial<Record<BuildkitStep, number>> = {}
  let vertexes: readonly Vertex[] = []
  let errors: readonly string[] = []
  const toSource = (name: string) => `${log.id}:${deps.attempt}:${name}`
  const lastSeq = async () => (await logs.read(log, { limit: 1 })).last

  /** The place of a step's first line is kept as a mark of its own, before the line. */
  const noteStep = async (name: BuildkitStep, seq: number) => {
    const source = toSource(name)
    const known = await logs.lastMark(log, source)
    if (known === undefined) await logs.append(log, [], { source, position: seq })
    logSeqs[name] = known ?? seq
  }

  const noteSteps = async (unstored: number) => {
    for (const vertex of vertexes) {
      const name = toStepName(vertex, deps.plan)
      if (vertex.startedAt !== null && logSeqs[name] === undefined)
        await noteStep(name, (await lastSeq()) + unstored + 1)
    }
  }

  /** Follows until the container has ended and its last line is stored. False: it never began. */
  const follow = async (container: string, createReader: () => LineReader): Promise<boolean> => {
    const stateOf = ({ pod }: BuildScene) => pod && containerOf(pod, container)?.state
    const hasEnded = () => stateOf(watch.scene())?.terminated !== undefined
    const hasBegun = await watch.until(scene => {
      const state = stateOf(scene)
      if (state?.running !== undefined || state?.terminated !== undefined) return true
      return isOver(scene) ? false : undefined
    })
    if (!hasBegun) return false
    let tries = 0
    for (;;) {
      const isWhole = hasEnded()
      const silence = createSilence(hasEnded)
      try {
        const reader = boundLines(createReader(), deps.mostLogMebibytes)
        await readOnce(container, { reader, isWhole, silence })
        if (isWhole) return true
      } catch (error) {
        signal.throwIfAborted()
        // Of a container that never ran, or whose pod is gone, there is no log.
        if (error instanceof ApiError && error.status < 500 && isOver(watch.scene())) return true
        deps.onError(error)
        const isGone = error instanceof NodeLogError && error.isGone
        if (isWhole && (isGone || ++tries >= mostTries)) return true
      } finally {
        silence.dispose()
      }
      if (isOver(watch.scene()) && !hasEnded()) return true
      const rest = delay(retryMs, undefined, { signal })
      await (isWhole ? rest : Promise.race([rest, watch.until(() => hasEnded() || undefined)]))
    }
  }

  const readOnce = async (
    container: string,
    { reader, isWhole, silence }: { reader: LineReader; isWhole: boolean; silence: Silence },
  ): Promise<void> => {
    const source = toSource(container)
    const pod = watch.scene().pod?.metadata?.name ?? ''
    let stored = (await logs.lastMark(log, source)) ?? 0
    const target = { namespace: deps.namespace, pod, container, isWhole }
    const untilSilent = AbortSignal.any([signal, silence.signal])
    let last = { at: 0, position: 0 }
    for await (const batch of readContainerLog(deps.api, target, untilSilent)) {
      silence.heard()
      last = batch.at(-1) ?? last
      const news: NewLogLine[] = []
      for (const line of batch) {
        const lines = reader.push(line).map(one => ({ ...one, at: line.at }))
        await noteSteps(news.length)
        if (line.position > stored) news.push(...lines)
      }
      const position = batch.at(-1)?.position ?? 0
      if (position > stored) {
        await logs.append(log, news, { source, position })
        stored = position
      }
      deps.onProgress()
    }
    const rest = isWhole ? reader.end() : []
    if (rest.length === 0 || stored > last.position) return
    const lines = rest.map(one => ({ ...one, at: last.at }))
    await logs.append(log, lines, { source, position: last.position + 1 })
  }

  return {
    vertexes: () => vertexes,
    /** What BuildKit said was wrong. */
    errors: () => errors,
    logSeqs: () => logSeqs,
    lastSeq,
    fetch: () => follow(buildNames.fetch, () => createPlainReader(deps.secrets)),
    build: () =>
      follow(buildNames.build, () => {
        const status = createBuildkitStatus(deps.secrets)
        return {
          push: line => {
            const lines = status.push(line.text)
            vertexes = status.vertexes()
            errors = status.errors()
            return lines
          },
          end: status.end,
        }
      }),
  }
}

type Silence = ReturnType<typeof createSilence>

/** Aborts when nothing was heard for a while, though nothing more is to come. */
function createSilence(isOver: () => boolean) {
  const silent = new AbortController()
  const look = () => (isOver() ? silent.abort(new Error('the log does not end')) : timer.refresh())
  const timer: NodeJS.Timeout = setTimeout(look, silenceMs)
  return { signal: silent.signal, heard: () => timer.refresh(), dispose: () => clearTimeout(timer) }
}

/** Output as it is; of progress that a program wrote over itself, the last state. */
function createPlainReader(secrets: readonly string[]) {
  const mask = createTextMask(secrets)
  return {
    push: ({ text }: ContainerLine): StatusLine[] => {
      const shown = text.split('\r').findLast(part => part !== '') ?? ''
      return shown === '' ? [] : [{ stream: 'stdout', text: mask(shown), isPartial: false }]
    },
    end: (): StatusLine[] => [],
  }
}
