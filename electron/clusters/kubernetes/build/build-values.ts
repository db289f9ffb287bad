import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { ClusterSettings } from '../../../../shared/domain/cluster.ts'
import { toDockerfile } from '../../../../shared/domain/dockerfile/dockerfile.ts'
import { toArguments } from '../../../../shared/domain/own-dockerfile.ts'
import { type Plan, toOwnDockerfile } from '../../../../shared/domain/plan.ts'
import type { BuildOrder } from '../../driver.ts'
import { toTrustEnvironment, trustSecret } from './trust.ts'

/** What a build is made with, by the way in which it gets there. */
export interface BuildValues {
  /** Rendered from the plan; undefined: the repository's own. */
  readonly dockerfile: string | undefined
  /** Secret mounts, by id. They leave no trace in an image. */
  readonly secrets: Readonly<Record<string, string>>
  /** Build arguments. They stay in the image's history. */
  readonly arguments: Readonly<Record<string, string>>
  /** Changes with the variables and tells nothing about them; undefined when nothing depends on it. */
  readonly stamp: string | undefined
}

export const stampFile = 'stamp'

/** BuildKit hands these to every command by itself, and keeps them out of images and caches. */
const isProxy = (name: string): boolean => /^(?:(?:https?|ftp|all)_proxy|no_proxy)$/i.test(name)

/**
 * Commands of our own Dockerfile find variables in their environment, from secret mounts. The person's own takes them as it
 * likes: as secret mounts, or those that are no secrets as arguments of the same name.
 */
export async function toBuildValues(build: {
  order: Pick<BuildOrder, 'variables' | 'secrets' | 'deploymentId'>
  settings: Pick<ClusterSettings, 'buildEnvironment' | 'buildCa'>
  plan: Plan
  /** Arguments that the repository's own Dockerfile takes. */
  declared: readonly string[]
}): Promise<BuildValues> {
  const { order, plan } = build
  const environment = Object.entries(build.settings.buildEnvironment)
  const proxies = environment.filter(([name]) => isProxy(name))
  const variables = Object.entries(order.variables).sort(([a], [b]) => (a < b ? -1 : 1))
  const own = toOwnDockerfile(plan)
  const isOwn = own !== undefined
  const trust = isOwn ? {} : toTrustEnvironment(build.settings)
  const others = [
    ...Object.entries(trust).filter(([name]) => !environment.some(([said]) => said === name)),
    ...environment.filter(([name]) => !isProxy(name)),
  ]
  const stamp = isOwn || variables.length === 0 ? undefined : await toStamp(variables, order.deploymentId)
  const declared = new Set(build.declared)
  const arguments_ = [...others, ...variables].filter(
    ([name, value]) => isOwn && declared.has(name) && !order.secrets.includes(value),
  )
  return {
    dockerfile: toDockerfile(plan, {
      variables: variables.map(([name]) => name),
      environment: others.map(([name]) => name),
      files: build.settings.buildCa === null ? [] : [trustSecret],
      stamp: stamp === undefined ? undefined : stampFile,
    }),
    secrets: Object.fromEntries([...others, ...variables]),
    arguments: { ...Object.fromEntries([...proxies, ...arguments_]), ...(own && toArguments(own)) },
    stamp,
  }
}

const slowHash = promisify<string, string, number, Buffer>(scrypt)

/** Slow on purpose, so that nobody finds a short value by trying. */
async function toStamp(variables: readonly (readonly [string, string])[], salt: string): Promise<string> {
  return (await slowHash(JSON.stringify(variables), salt, 32)).toString('hex')
}
