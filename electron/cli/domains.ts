import type { Domain } from '../../shared/domain/domain.ts'
import type { Command } from './command.ts'
import { about } from './find.ts'
import { toTable } from './output.ts'

/** What the state of a certificate is called. */
const certificateWords = { none: 'none', waiting: 'on its way', ready: 'ready' } as const

export const domain: Command = {
  ...about('domain', 'lists and changes the hosts that lead to it', async (context, { id }) => {
    const { client, output, values } = context
    for (const host of texts(values.add)) await client.domains.add({ id, host })
    for (const host of texts(values.remove)) await client.domains.remove({ id, host })
    const { domains } = await client.domains.list({ id })
    output.result(
      domains,
      domains.length === 0
        ? 'No host leads to it.'
        : toTable([['HOST', 'DNS RECORD', 'CERTIFICATE', ''], ...domains.map(toRow)]),
    )
    return 0
  }),
  options: {
    add: { type: 'string', multiple: true },
    remove: { type: 'string', multiple: true },
  },
  optionHelp: {
    '--add HOST': 'leads to it from now on; may be given several times',
    '--remove HOST': 'leads to it no more',
  },
}

const toRow = ({ host, record, certificate }: Domain): string[] => [
  host,
  record === null ? 'not known yet' : `${record.type} ${record.value}`,
  certificateWords[certificate.state],
  certificate.detail,
]

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
