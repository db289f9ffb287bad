import { readdirSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { SlipwayError } from '../../../shared/domain/failure.ts'

/** Where things of a deployment lie below the driver's folder. */
export function createLocalFolders(folder: string) {
  const deployments = join(folder, 'deployments')
  const deployment = (id: string) => join(deployments, id)
  return {
    deployment,
    tools: join(folder, 'tools'),
    builds: (id: string) => join(deployment(id), 'builds'),
    build: (id: string, buildId: string) => join(deployment(id), 'builds', buildId),
    runs: (id: string) => join(deployment(id), 'runs'),
    run: (id: string, run: string) => join(deployment(id), 'runs', run),
    command: (id: string) => join(deployment(id), 'command'),
    /** The kept folders, each by a name of its own, so that none lies in another. */
    kept: (id: string) => join(deployment(id), 'kept'),
    keptFolder: (id: string, path: string) => join(deployment(id), 'kept', toOneName(path)),
    listKept: (id: string) => listNames(join(deployment(id), 'kept')).map(toPath),
    /** Kept data of a removed deployment. */
    setAside: (name: string) => join(folder, 'set-aside', name),
    /** Names of all deployments that have a folder. */
    listDeployments: () => listNames(deployments),
    /** The name of a build's artifact, which does not change when the folder moves. */
    artifact: (id: string, buildId: string) => `deployments/${id}/builds/${buildId}/checkout`,
    buildIdOf: (artifact: string) => artifact.split('/')[3] ?? '',
    artifactFolder: (artifact: string) => join(folder, ...artifact.split('/')),
  }
}
export type LocalFolders = ReturnType<typeof createLocalFolders>

/** A path as the name of one folder, and back. */
export const toOneName = (path: string): string => path.replaceAll('%', '%25').replaceAll('/', '%2F')
export const toPath = (name: string): string => name.replaceAll('%2F', '/').replaceAll('%25', '%')

/** Names in a folder, none when it is not there. */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A folder of the plan, which must not lead out of the checkout. */
export function folderInside(base: string, ...parts: readonly string[]): string {
  const path = resolve(base, ...parts.map(part => `./${part}`))
  if (path === resolve(base) || path.startsWith(resolve(base) + sep)) return path
  throw new SlipwayError({
    code: 'invalid_input',
    message: `The folder ${parts.join('/')} lies outside of the repository.`,
    hint: 'Name a folder inside of the repository.',
  })
}
