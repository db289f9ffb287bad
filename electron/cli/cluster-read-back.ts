import type { ReadBackReport } from '../../shared/domain/read-back.ts'
import type { Context } from './command.ts'
import { toTable } from './output.ts'

/** `slipway cluster read-back CONTEXT`. 1 when something could not be read back. */
export async function readBack(
  { client, output }: Context,
  { id, name }: { id: string; name: string },
): Promise<number> {
  const report = await client.clusters.readBack({ id })
  output.result(report, toText(report, name))
  return report.deployments.some(one => one.outcome === 'refused') ? 1 : 0
}

function toText({ settings, users, deployments }: ReadBackReport, cluster: string): string {
  if (deployments.length === 0) return `Slipway has nothing in ${cluster}.`
  const rows = deployments.map(({ name, outcome, detail, missing }) => [
    name,
    outcomeWords[outcome],
    [
      ...(detail === '' ? [] : [detail]),
      ...(missing.length === 0 ? [] : [`Secrets to set: ${missing.join(', ')}.`]),
    ].join(' '),
  ])
  const added = users.length === 0 ? [] : [`Users added: ${users.join(', ')}.`]
  return [toTable(rows), ...added, ...settings].join('\n')
}

const outcomeWords = {
  added: 'read back',
  kept: 'here already',
  refused: 'not read back',
} as const satisfies Record<ReadBackReport['deployments'][number]['outcome'], string>
