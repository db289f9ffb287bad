import type { V1ResourceQuota } from '@kubernetes/client-node'
import { isForbidden } from '../closed-addresses.ts'
import { toNumber } from '../quantity.ts'
import { quotaName, toQuota } from '../release/tenant-bounds.ts'
import { type Finding, ok, type PreflightContext, warning } from './check-task.ts'

const shown = [
  { key: 'pods', toText: (count: number) => String(count), word: 'pods' },
  { key: 'requests.cpu', toText: (cpus: number) => String(Math.round(cpus * 100) / 100), word: 'CPUs' },
  {
    key: 'limits.memory',
    toText: (bytes: number) => String(Math.round((bytes / 1024 ** 3) * 10) / 10),
    word: 'GiB of memory',
  },
] as const

/** What is used of what the user may take, and whether that is what is set here. */
export async function askQuota({ api, settings, namespaces }: PreflightContext): Promise<Finding> {
  let quota: V1ResourceQuota | undefined
  try {
    quota = await api.get<V1ResourceQuota>('ResourceQuota', { namespace: namespaces.tenant, name: quotaName })
  } catch (error) {
    if (!isForbidden(error)) throw error
    return ok('Whoever runs the cluster bounds what you may take; you may not look at it.')
  }
  if (quota === undefined) return ok('Nothing is used of it: it is set with the first deploy.')
  const { hard = {}, used = {} } = quota.status ?? {}
  const texts = shown.map(
    ({ key, toText, word }) => `${toText(toNumber(used[key]))} of ${toText(toNumber(hard[key]))} ${word}`,
  )
  const text = `In use: ${texts.join(', ')}.`
  const wanted = toQuota(settings)
  const differing = shown.filter(({ key }) => toNumber(hard[key]) !== toNumber(wanted[key]))
  if (differing.length === 0) return ok(text)
  const meant = differing.map(({ key, toText, word }) => `${toText(toNumber(wanted[key]))} ${word}`)
  return warning(
    `${text} Set here: ${meant.join(', ')}.`,
    'It follows with the next look at a deployment; a member has to ask whoever runs the cluster.',
  )
}
