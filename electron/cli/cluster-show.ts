import { formatBytes } from '../../shared/domain/bytes.ts'
import type { Connection } from '../../shared/domain/cluster.ts'
import type { Failure } from '../../shared/domain/failure.ts'
import { toCpuText } from '../../shared/domain/metrics.ts'
import {
  type Amounts,
  foundOf,
  missingOf,
  type Survey,
  type SurveyedNode,
  type SurveyedNodes,
  type SurveyedThings,
  toThingsText,
} from '../../shared/domain/survey.ts'
import { toSettingsText } from './cluster-settings-text.ts'
import type { Context } from './command.ts'
import { toTable } from './output.ts'

/** What is set stays readable while the cluster does not answer; `cluster` is null for this computer. */
export async function showCluster(
  { client, output, signal }: Pick<Context, 'client' | 'output' | 'signal'>,
  cluster: { readonly id: string; readonly connection: Connection } | null,
): Promise<number> {
  if (cluster === null) {
    const [here] = (await client.clusters.list()).filter(one => one.kind === 'local')
    const survey = await client.clusters.survey({ id: here?.id ?? '' }, { signal })
    output.result({ id: here?.id, survey }, toSurveyText(survey))
    return 0
  }
  const { id, connection } = cluster
  const settings = await client.clusters.settings({ id })
  const [result] = await Promise.allSettled([client.clusters.survey({ id }, { signal })])
  signal?.throwIfAborted()
  const survey = result.status === 'fulfilled' ? result.value : null
  const why = result.status === 'rejected' ? toReason(result.reason) : undefined
  const text = survey === null ? `Nothing is known of what is there now. ${why}` : toSurveyText(survey)
  output.result({ id, connection, settings, survey }, `${toSettingsText(settings)}\n\n${text}`)
  return 0
}

/** Every part that is known, and why of the others. */
export function toSurveyText(survey: Survey): string {
  const parts =
    survey.kind === 'local'
      ? [toComputerText(survey)]
      : [
          ...(survey.version === null ? [] : [`Kubernetes ${survey.version}`]),
          'found' in survey.nodes ? toNodesText(survey.nodes.found) : toWhyNot(survey.nodes.missing),
        ]
  const there = 'found' in survey.there ? toThings(survey.there.found) : toWhyNot(survey.there.missing)
  return [...parts, there].join('\n\n')
}

function toComputerText({
  cores,
  memory,
  disk,
  system,
  architecture,
}: Extract<Survey, { kind: 'local' }>): string {
  return toTable([
    ['system', `${system}, ${architecture}`],
    ['CPUs', String(cores)],
    ['memory', `${formatBytes(memory.free)} of ${formatBytes(memory.total)} free`],
    ['disk', `${formatBytes(disk.free)} of ${formatBytes(disk.total)} free`],
  ])
}

function toNodesText({ list, count, allocatable, requested }: SurveyedNodes): string {
  const whole = foundOf(requested) ?? null
  const missing = missingOf(requested)
  const rows = list.map(one => [
    one.name,
    toNodeWord(one),
    `${one.kubelet} ${one.architecture}`.trim(),
    ...toRoomCells(one.allocatable, one.requested),
  ])
  const sum = ['in all', '', '', ...toRoomCells(allocatable, whole)]
  return [
    toTable([['NODE', 'STATE', 'KUBELET', 'CPUS', 'MEMORY', 'PODS'], ...rows, sum]),
    ...(count > list.length ? [`And ${count - list.length} more nodes.`] : []),
    missing === undefined ? 'Figures are what pods asked for, of what there is.' : toWhyNot(missing),
  ].join('\n')
}

const toNodeWord = ({ isReady, isSchedulable, pressures }: SurveyedNode): string =>
  !isReady
    ? 'not ready'
    : pressures.length > 0
      ? `short of ${pressures.join(', ')}`
      : isSchedulable
        ? 'ready'
        : 'takes no new pods'

function toRoomCells(whole: SurveyedNode['allocatable'], part: SurveyedNode['requested']): string[] {
  const of = (text: (value: number) => string, all: number, some: number | undefined) =>
    some === undefined ? text(all) : `${text(some)} of ${text(all)}`
  return [
    of(cpus => String(Math.round(cpus * 100) / 100), whole.cpu, part?.cpu),
    of(formatBytes, whole.memory, part?.memory),
    of(String, whole.pods, part?.pods),
  ]
}

function toThings(things: SurveyedThings): string {
  const missing = missingOf(things.use)
  const sum = { requests: things.requests, limits: things.limits, use: foundOf(things.use) ?? null }
  // Where nothing is set aside or bounded, as on this computer, that is no column.
  const isBounded = things.requests !== null
  const toCells = (one: Taken) => toAmountCells(one, isBounded)
  const rows = things.deployments.map(one => [one.name, toReadyText(one), ...toCells(one)])
  const bounds = isBounded ? ['ASKED FOR', 'AT MOST'] : []
  const heads = ['NAME', 'READY', 'CPU', ...bounds, 'MEMORY', ...bounds]
  return [
    toThingsText(things),
    ...(things.scope === 'own' ? ['What other users have there is not shown to you.'] : []),
    ...(things.count === 0 ? [] : [toTable([heads, ...rows, ['in all', '', ...toCells(sum)]])]),
    ...(things.count > rows.length ? [`And ${things.count - rows.length} more.`] : []),
    ...(missing === undefined || things.count === 0 ? [] : [toWhyNot(missing)]),
  ].join('\n')
}

const toReadyText = ({ ready, instances }: SurveyedThings['deployments'][number]): string =>
  instances === 0 ? 'stopped' : `${ready} of ${instances}`

type Taken = Record<'use' | 'requests' | 'limits', Amounts | null>

function toAmountCells({ use, requests, limits }: Taken, isBounded: boolean): string[] {
  const amounts = isBounded ? [use, requests, limits] : [use]
  return [
    ...amounts.map(each => (each === null ? '-' : toCpuText(each.cpu))),
    ...amounts.map(each => (each === null ? '-' : formatBytes(each.memory))),
  ]
}

const toWhyNot = ({ message, hint }: Failure): string => [message, hint].join(' ').trim()

const toReason = (error: unknown): string => (error instanceof Error ? error.message : '')
