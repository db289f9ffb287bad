import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import type { Context } from '../../../shared/domain/cluster.ts'
import { SlipwayError } from '../../../shared/domain/failure.ts'

/** The files that count where none is named: `KUBECONFIG` (a list), else `~/.kube/config`. */
export function usualFiles(env: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter(path => path !== '')
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')]
}

/** Every context of the files. What is there in two files counts in the first, as for kubectl. */
export function listContexts(files: readonly string[] = usualFiles()): Omit<Context, 'clusterId'>[] {
  const seen = new Set<string>()
  return files
    .filter(file => existsSync(file))
    .flatMap(file => {
      const config = readFile(file)
      return config.getContexts().flatMap(context => {
        if (seen.has(context.name)) return []
        seen.add(context.name)
        const cluster = config.getCluster(context.cluster)
        const user = config.getUser(context.user)
        return [
          {
            name: context.name,
            kubeconfig: file,
            server: cluster?.server ?? '',
            startsProgram: user?.exec?.command ?? null,
            isVerified: cluster?.skipTLSVerify !== true,
          },
        ]
      })
    })
}

/** The configuration of one context, which is its current one. `kubeconfig`: null for the usual files. */
export function openContext(target: { context: string; kubeconfig: string | null }): KubeConfig {
  const files = target.kubeconfig === null ? usualFiles() : [target.kubeconfig]
  for (const file of files.filter(one => existsSync(one))) {
    const config = readFile(file)
    if (config.getContextObject(target.context) === null) continue
    config.setCurrentContext(target.context)
    if (!config.getCurrentCluster()) throw incomplete(target.context, file, 'cluster')
    if (!config.getCurrentUser()) throw incomplete(target.context, file, 'user')
    return config
  }
  throw new SlipwayError({
    code: 'not_found',
    message: `There is no context ${target.context} in ${files.join(', ')}.`,
    hint: 'slipway cluster contexts lists those that are there.',
  })
}

function readFile(file: string): KubeConfig {
  const config = new KubeConfig()
  try {
    config.loadFromString(readFileSync(file, 'utf8'))
    config.makePathsAbsolute(dirname(file))
  } catch (cause) {
    throw new SlipwayError(
      {
        code: 'invalid_input',
        message: `${file} is no kubeconfig that Slipway can read.`,
        hint: 'Correct it, or choose another file.',
      },
      cause,
    )
  }
  return config
}

const incomplete = (context: string, file: string, what: string): SlipwayError =>
  new SlipwayError({
    code: 'invalid_input',
    message: `The context ${context} in ${file} names a ${what} that the file does not have.`,
    hint: 'Correct the file, or choose another context.',
  })
