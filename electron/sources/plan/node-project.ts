import { z } from 'zod'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Plan, Tool } from '../../../shared/domain/plan.ts'
import type { Files } from './files.ts'
import { readNodeVersion } from './node-version.ts'
import { type PackageManager, readPackageManager } from './package-manager.ts'

const texts = z.record(z.string(), z.string()).catch({}).default({})

const packageSchema = z.object({
  scripts: texts,
  dependencies: texts,
  devDependencies: texts,
  optionalDependencies: texts,
  main: z.string().optional().catch(undefined),
  packageManager: z.string().optional().catch(undefined),
  engines: texts,
  volta: texts,
  workspaces: z.unknown().optional(),
  pnpm: z.unknown().optional(),
})

/** A package.json and what installs and builds it; how it starts is decided elsewhere. */
export interface NodeProject {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: ReadonlySet<string>
  readonly main: string | undefined
  readonly workspaces: unknown
  readonly manager: PackageManager
  readonly runtime: NonNullable<Plan['runtime']>
  readonly tools: readonly Tool[]
  readonly install: Plan['install']
  readonly build: Plan['build']
  readonly notes: readonly string[]
  /** All that installing reads; undefined when it may be more than a few files. */
  readonly reads: readonly string[] | undefined
}

export async function readNodeProject(files: Files): Promise<NodeProject | undefined> {
  const text = await files.read('package.json')
  if (text === undefined) return undefined
  const found = parsePackage(text)
  const manager = await readPackageManager(files, found.packageManager)
  const dependencies = new Set(
    Object.keys({ ...found.optionalDependencies, ...found.devDependencies, ...found.dependencies }),
  )
  const hasInstallScript = ['preinstall', 'install', 'postinstall', 'prepare'].some(
    name => found.scripts[name],
  )
  const needsInstall =
    dependencies.size > 0 || manager.isLocked || hasInstallScript || found.workspaces !== undefined
  const node = await readNodeVersion(files, { engine: found.engines.node, volta: found.volta.node })
  return {
    scripts: found.scripts,
    dependencies,
    main: found.main,
    workspaces: found.workspaces,
    manager,
    runtime: node.runtime,
    tools: [node.tool, manager.tool].flatMap(tool => tool ?? []),
    install: needsInstall ? { value: manager.install, origin: manager.origin } : null,
    build: found.scripts.build
      ? { value: manager.script('build'), origin: 'package.json scripts.build' }
      : null,
    notes:
      dependencies.size > 0 && !manager.isLocked
        ? [
            'There is no lockfile, so two builds of one commit can get different versions of its dependencies.',
          ]
        : [],
    reads:
      hasInstallScript ||
      found.workspaces !== undefined ||
      readsMore(found) ||
      manager.files.includes('pnpm-workspace.yaml')
        ? undefined
        : ['package.json', ...manager.files],
  }
}

/** Packages that lie in the repository, or are changed by patches in it. */
function readsMore(found: z.infer<typeof packageSchema>): boolean {
  const versions = Object.values({
    ...found.optionalDependencies,
    ...found.devDependencies,
    ...found.dependencies,
  })
  return (
    versions.some(version => /^(?:file|link|portal|patch|workspace):|^\.{0,2}\//.test(version)) ||
    found.pnpm !== undefined
  )
}

function parsePackage(text: string): z.infer<typeof packageSchema> {
  try {
    return packageSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new SlipwayError(
      {
        code: 'plan_not_recognised',
        message: 'The package.json of the repository cannot be read.',
        hint: 'It has to be a JSON object. Correct it, commit, and deploy again.',
      },
      cause,
    )
  }
}
