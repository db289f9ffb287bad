import { formatBytes } from '../../shared/domain/bytes.ts'
import type { TotalSpace } from '../../shared/domain/space.ts'
import type { Command } from './command.ts'
import { toTable } from './output.ts'

export const space: Command = {
  name: 'space',
  takes: [],
  help: 'what Slipway takes of the disk, and what is left',
  options: {},
  optionHelp: {},
  run: async ({ client, output, signal }) => {
    const found = await client.space.total(undefined, { signal })
    output.result(found, toText(found))
    return 0
  },
}

function toText({ deployments, isComplete, free, ...parts }: TotalSpace): string {
  const least = isComplete ? '' : 'at least '
  const rows = deployments.map(one => [
    one.name,
    formatBytes(one.checkouts),
    formatBytes(one.kept),
    formatBytes(one.logs),
  ])
  const sums = [
    ['checkouts', formatBytes(parts.checkouts)],
    ['kept folders', formatBytes(parts.kept)],
    ['set aside', formatBytes(parts.setAside)],
    ['logs', formatBytes(parts.logs)],
    ['tools', formatBytes(parts.tools)],
    ['database', formatBytes(parts.database)],
    ['in all', `${least}${formatBytes(parts.total)}`],
    ['left on the disk', formatBytes(free)],
  ]
  const heads = ['NAME', 'CHECKOUTS', 'KEPT', 'LOGS']
  return [...(rows.length === 0 ? [] : [toTable([heads, ...rows]), '']), toTable(sums)].join('\n')
}
