import type { Check } from '../../shared/domain/cluster.ts'
import type { Context } from './command.ts'

/** What the cluster can and cannot do. */
export interface Checked {
  readonly checks: readonly Check[]
  readonly lacks: number
  /** All of it in a sentence. */
  readonly text: string
}

/** Says each check as it is answered. `proves`: tries too what cannot be asked. */
export async function checkCluster(
  { client, output, signal }: Pick<Context, 'client' | 'output' | 'signal'>,
  wish: { id: string; proves: boolean },
): Promise<Checked> {
  const checks: Check[] = []
  for await (const { check } of await client.clusters.preflight(wish, { signal })) {
    if (check === null) continue
    checks.push(check)
    output.say(toCheckText(check))
  }
  const lacks = checks.filter(one => one.result === 'lack').length
  const warnings = checks.filter(one => one.result === 'warning').length
  const text = lacks === 0 ? `Ready to deploy to, with ${warnings} warnings.` : `${lacks} lacking.`
  return { checks, lacks, text }
}

function toCheckText({ title, result, detail, action, command }: Check): string {
  return [
    `${result.padEnd(8)} ${title.padEnd(20)} ${detail}`,
    ...[action, command].filter(line => line !== null).map(line => `${' '.repeat(30)}${line}`),
  ].join('\n')
}
