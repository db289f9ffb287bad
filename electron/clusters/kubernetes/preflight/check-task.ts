import type { Check, ClusterSettings } from '../../../../shared/domain/cluster.ts'
import type { KubernetesApi } from '../api.ts'
import type { RegistryAccess } from '../registry/access.ts'
import type { MemberNamespaces } from './rights.ts'

/** What a check is told and may ask. */
export interface PreflightContext {
  readonly api: KubernetesApi
  readonly settings: ClusterSettings
  /** Undefined: the cluster has none. */
  readonly registry: RegistryAccess | undefined
  /** Where the acting user works, as a member. */
  readonly namespaces: MemberNamespaces
  readonly now: () => number
}

/** What one check found; its name and title are known before. */
export type Finding = Omit<Check, 'name' | 'title'>

export interface CheckTask {
  readonly name: string
  readonly title: string
  readonly ask: (context: PreflightContext, signal: AbortSignal) => Promise<Finding>
}

export const ok = (detail: string): Finding => ({ result: 'ok', detail, action: null, command: null })

/** Slipway goes on, with something less. */
export const warning = (detail: string, action: string, command: string | null = null): Finding => ({
  result: 'warning',
  detail,
  action,
  command,
})

/** Nothing can be deployed. */
export const lack = (detail: string, action: string, command: string | null = null): Finding => ({
  result: 'lack',
  detail,
  action,
  command,
})

/** Nothing can be built. */
export const lackOfBuilds = (...said: Parameters<typeof lack>): Finding => ({
  ...lack(...said),
  isOfBuilds: true,
})

/** Such as `3 nodes`. */
export const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`
