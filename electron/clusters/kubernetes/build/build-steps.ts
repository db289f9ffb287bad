import type { Plan } from '../../../../shared/domain/plan.ts'
import type { Step, StepPart } from '../../../../shared/domain/records.ts'
import type { Vertex } from './buildkit-status.ts'

type StepName = Step['name']
export type BuildkitStep = Extract<StepName, 'install' | 'build' | 'pack'>
const names: readonly BuildkitStep[] = ['install', 'build', 'pack']

/** Which step of a build something that BuildKit does belongs to. Pure; BuildKit names it `[stage n/m] RUN command`. */
export function toStepName(vertex: Pick<Vertex, 'name'>, plan: Plan): BuildkitStep {
  const { name } = vertex
  if (/^(?:exporting|pushing|writing|preparing build cache)/.test(name)) return 'pack'
  if (plan.kind === 'dockerfile' && plan.start === null) return 'build'
  if (/^\[(?:app|stage-\d+)[\s\]]/.test(name)) return 'pack'
  if (plan.build !== null && name.includes('RUN ') && name.endsWith(plan.build.value)) return 'build'
  if (plan.install !== null) return 'install'
  return plan.build === null ? 'pack' : 'build'
}

/** BuildKit's work as steps. `logSeqs`: where each begins in the log; a step without one has not begun. */
export function toBuildkitSteps(build: {
  vertexes: readonly Vertex[]
  plan: Plan
  logSeqs: Readonly<Partial<Record<BuildkitStep, number>>>
  /** How the build ended; null while it runs. */
  end: 'succeeded' | 'failed' | null
}): Step[] {
  const { plan, end } = build
  const ownOf = (name: BuildkitStep) =>
    build.vertexes.filter(one => one.startedAt !== null && toStepName(one, plan) === name)
  // Between two of its commands nothing runs, and yet it has not ended.
  const current = end === null ? names.findLast(name => ownOf(name).length > 0) : undefined
  return names.flatMap(name => {
    const own = ownOf(name)
    const logSeq = build.logSeqs[name]
    if (own.length === 0 || logSeq === undefined) return []
    const startedAt = Math.min(...own.map(one => one.startedAt ?? 0))
    const hasFailed = own.some(one => one.error !== null)
    const isDone = (name !== current || hasFailed) && own.every(one => one.finishedAt !== null)
    const finishedAt = isDone ? Math.max(...own.map(one => one.finishedAt ?? 0)) : null
    const status = hasFailed ? 'failed' : isDone ? 'succeeded' : end === null ? 'running' : end
    // BuildKit names them from the last one back.
    const parts = own
      .filter(one => !one.name.startsWith('[internal]'))
      .map(toPart)
      .toSorted((one, other) => one.startedAt - other.startedAt)
    return [{ name, status, startedAt, finishedAt, logSeq, parts }]
  })
}

const mostTitle = 200

/** Mounts are how, not what. */
const toPart = (vertex: Vertex): StepPart => ({
  title: vertex.name.replaceAll(/--mount=\S+ /g, '').slice(0, mostTitle),
  startedAt: vertex.startedAt ?? 0,
  finishedAt: vertex.finishedAt,
  isCached: vertex.isCached,
  hasFailed: vertex.error !== null,
})
