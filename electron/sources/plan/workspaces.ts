import type { Files } from './files.ts'
import type { NodeProject } from './node-project.ts'

/** A package of a workspace, by its folder. */
export interface WorkspacePackage {
  readonly folder: string
  readonly name: string
}

const mostPackages = 100

/** The packages of a workspace of npm, yarn, bun (package.json) or pnpm (pnpm-workspace.yaml), by folder. */
export async function listWorkspaces(files: Files, declared: unknown): Promise<WorkspacePackage[]> {
  const patterns = [...toPatterns(declared), ...pnpmPatterns(await files.read('pnpm-workspace.yaml'))]
  const folders = new Set<string>()
  for (const pattern of patterns.filter(one => !one.startsWith('!'))) {
    for (const folder of await expand(files, pattern)) folders.add(folder)
  }
  const found: WorkspacePackage[] = []
  for (const folder of [...folders].sort().slice(0, mostPackages)) {
    const text = await files.read(`${folder}/package.json`)
    if (text !== undefined) found.push({ folder, name: readName(text) ?? folder })
  }
  return found
}

/** The files of a folder as if it were the root, but for lockfiles, which are the workspace's. */
export function filesBelow(files: Files, folder: string): Files {
  return {
    read: path => files.read(`${folder}/${path}`),
    list: path => files.list(path === '.' ? folder : `${folder}/${path}`),
  }
}

/** How a script of a package is run from the root of the workspace; with turborepo or nx what it needs is built first. */
export function toWorkspaceScript(
  root: NodeProject,
  { name, folder }: WorkspacePackage,
  script: string,
  runner: 'turbo' | 'nx' | undefined,
): string {
  if (script === 'build' && runner === 'turbo')
    return root.manager.program(`turbo run build --filter=${name}`)
  if (script === 'build' && runner === 'nx') return root.manager.program(`nx run ${name}:build`)
  switch (root.manager.name) {
    case 'pnpm':
      return script === 'build' ? `pnpm --filter ${name}... run build` : `pnpm --filter ${name} run ${script}`
    case 'yarn':
      return `yarn workspace ${name} run ${script}`
    case 'bun':
      return `bun run --filter ${name} ${script}`
    case 'npm':
      return `npm run ${script} --workspace ${folder}`
  }
}

export async function findRunner(files: Files): Promise<'turbo' | 'nx' | undefined> {
  if ((await files.read('turbo.json')) !== undefined) return 'turbo'
  return (await files.read('nx.json')) === undefined ? undefined : 'nx'
}

/** `apps/*` and plain folders; `**` is taken for one level. */
async function expand(files: Files, pattern: string): Promise<string[]> {
  const clean = pattern.replace(/^\.\//, '').replace(/\/+$/, '')
  const star = /^(.*?)\/?\*{1,2}$/.exec(clean)
  if (star === null) return [clean]
  const base = star[1] === '' ? '.' : (star[1] ?? '.')
  const names = (await files.list(base)).filter(name => name.endsWith('/') && name !== 'node_modules/')
  return names.map(name => `${base === '.' ? '' : `${base}/`}${name.slice(0, -1)}`)
}

function toPatterns(declared: unknown): string[] {
  const listed = Array.isArray(declared)
    ? declared
    : (declared as { packages?: unknown } | undefined)?.packages
  return Array.isArray(listed) ? listed.filter(one => typeof one === 'string') : []
}

/** The list under `packages:`, which is all that is needed of the file. */
function pnpmPatterns(text: string | undefined): string[] {
  const block = /^packages:\s*\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?\n?)*)/m.exec(text ?? '')?.[1] ?? ''
  return [...block.matchAll(/^\s*-\s*["']?([^"'#\s]+)/gm)].map(match => match[1] ?? '')
}

function readName(text: string): string | undefined {
  try {
    const { name } = JSON.parse(text) as { name?: unknown }
    return typeof name === 'string' && name !== '' ? name : undefined
  } catch {
    return undefined
  }
}
