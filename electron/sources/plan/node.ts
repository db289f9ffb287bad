import type { Plan, Tool } from '../../../shared/domain/plan.ts'
import type { Files, Recogniser } from './files.ts'
import { type FrameworkResult, findFramework, isDevelopmentServer } from './frameworks.ts'
import { type NodeProject, readNodeProject } from './node-project.ts'
import { findPort, fixedPortNotes } from './port.ts'
import { findStaticOutput } from './static.ts'
import {
  filesBelow,
  findRunner,
  listWorkspaces,
  toWorkspaceScript,
  type WorkspacePackage,
} from './workspaces.ts'

/** A start script of its own wins; then what the framework gives; then `main`; then static files; then a package of a workspace. */
export const recogniseNode: Recogniser = async files => {
  const project = await readNodeProject(files)
  if (project === undefined) return undefined
  return (await planProject(files, project)) ?? (await planWorkspace(files, project))
}

async function planProject(files: Files, project: NodeProject): Promise<Plan | undefined> {
  const framework = await findFramework(project, files)
  const start = findStartScript(project)
  if (start !== undefined) return toServer(files, project, { start, framework })
  if (framework?.output) return toStatic(project, framework.output, framework)
  if (framework?.start) return toServer(files, project, { start: framework.start, framework })
  const main = await findMain(files, project)
  if (main !== undefined) return toServer(files, project, { start: main, framework })
  const output = project.build === null ? undefined : await findStaticOutput(files)
  return output && toStatic(project, output, undefined)
}

/** A package that the person chose of a workspace, which is installed as a whole. Undefined: it is no such package. */
export async function planMember(files: Files, folder: string): Promise<Plan | undefined> {
  const root = await readNodeProject(files)
  return root && planWorkspace(files, root, folder)
}

const preferredPackages = ['web', 'app', 'site', 'www', 'server', 'api', 'backend', 'frontend']

/** The package that looks like the app, installed and built from the root of its workspace. */
async function planWorkspace(files: Files, root: NodeProject, wanted?: string): Promise<Plan | undefined> {
  const candidates: { one: WorkspacePackage; plan: Plan; project: NodeProject }[] = []
  for (const one of await listWorkspaces(files, root.workspaces)) {
    const below = filesBelow(files, one.folder)
    const project = await readNodeProject(below)
    const plan = project && (await planProject(below, project))
    if (project && plan) candidates.push({ one, plan, project })
  }
  const ranked = preferredPackages.flatMap(name =>
    candidates.filter(({ one }) => one.folder.split('/').at(-1) === name),
  )
  const chosen =
    wanted === undefined ? (ranked[0] ?? candidates[0]) : candidates.find(({ one }) => one.folder === wanted)
  if (chosen === undefined) return undefined
  const { one, plan, project } = chosen
  const runner = await findRunner(files)
  const inFolder = (found: Plan['start']) =>
    found && {
      ...found,
      value: `cd ${one.folder} && ${found.value}`,
      origin: `${one.folder}: ${found.origin}`,
    }
  const script = (name: string) => ({
    value: toWorkspaceScript(root, one, name, runner),
    origin: `${one.folder}/package.json scripts.${name}`,
  })
  const others = candidates.filter(other => other !== chosen).map(other => other.one.folder)
  const { reads: _, ...rest } = plan
  return {
    ...rest,
    label: `${plan.label.replace(/ \(.*$/, '')} in ${one.folder} (${root.manager.name})`,
    runtime: root.runtime.value === 'Node' ? plan.runtime : root.runtime,
    ...toTools([
      ...root.tools,
      ...project.tools.filter(tool => root.tools.every(({ name }) => name !== tool.name)),
    ]),
    install: root.install,
    ...toContainer(root),
    build: project.scripts.build ? script('build') : inFolder(plan.build),
    start: findStartScript(project) ? script('start') : inFolder(plan.start),
    output: plan.output && { ...plan.output, value: `${one.folder}/${plan.output.value}` },
    notes: [
      ...root.notes,
      ...plan.notes.filter(note => !note.startsWith('There is no lockfile')),
      ...(others.length === 0 || wanted !== undefined
        ? []
        : [
            `There are several apps in this workspace. This deploys ${one.folder}; the others are ${others.join(', ')}. Choose another as the folder of the app.`,
          ]),
    ],
  }
}

/** Files where the port is likely to stand, those that the start command names first. */
export function nodeCandidates(project: NodeProject, start: string): string[] {
  const script = /^(?:npm start|(?:npm|pnpm|yarn|bun) run (\S+))/.exec(start)
  const command = script === null ? start : (project.scripts[script[1] ?? 'start'] ?? '')
  const named = [...command.matchAll(/(?:^|\s)(?:\.\/)?([\w./-]+\.[cm]?[jt]sx?)\b/g)].map(
    match => match[1] ?? '',
  )
  const bare = [...command.matchAll(/\bnode\s+(?:\.\/)?([\w/-]+)(?=\s|$)/g)].map(match => match[1] ?? '')
  const main = project.main?.replace(/^\.\//, '')
  const first = [
    ...named,
    ...bare.flatMap(path => [path, `${path}.js`]),
    ...(main === undefined ? [] : [main]),
  ]
  return [...first.flatMap(path => [path, ...toSources(path)]), ...usualFiles]
}

const usualFiles = [
  'server',
  'index',
  'app',
  'main',
  'src/server',
  'src/index',
  'src/app',
  'src/main',
  'bin/www',
].flatMap(path => (path === 'bin/www' ? [path] : ['js', 'mjs', 'cjs', 'ts'].map(type => `${path}.${type}`)))

/** What `dist/server.js` is compiled from. */
function toSources(path: string): string[] {
  const compiled = /^(?:dist|build|out|lib)\/(.+)\.[cm]?js$/.exec(path)?.[1]
  return compiled === undefined ? [] : [`src/${compiled}.ts`, `${compiled}.ts`, `src/${compiled}.js`]
}

function findStartScript(project: NodeProject): { value: string; origin: string } | undefined {
  // Nest calls what runs the compiled app so; its `start` compiles first.
  if (project.dependencies.has('@nestjs/core') && project.scripts['start:prod'])
    return { value: project.manager.script('start:prod'), origin: 'package.json scripts.start:prod' }
  const script = project.scripts.start
  if (!script || isDevelopmentServer(project, script)) return undefined
  const isDirect =
    project.manager.isPlain &&
    plainNode.test(script) &&
    !project.scripts.prestart &&
    !project.scripts.poststart
  const value = isDirect ? script : project.manager.script('start')
  return { value, origin: 'package.json scripts.start' }
}

/** Such a script is started without the package manager: at once, in one process, which gets the signals itself. */
const plainNode = /^(?:[A-Z_][A-Z0-9_]*=[\w./:@-]* )*node(?: [\w./:@=,-]+)+$/

async function findMain(
  files: Files,
  project: NodeProject,
): Promise<{ value: string; origin: string } | undefined> {
  const main = project.main?.replace(/^\.\//, '')
  if (main !== undefined && /\.[cm]?js$/.test(main)) {
    const isBuilt = project.build !== null && toSources(main).length > 0
    if (isBuilt || (await files.read(main)) !== undefined) {
      return { value: `node ${main}`, origin: 'package.json main' }
    }
  }
  for (const path of ['server.js', 'index.js', 'app.js', 'server.mjs', 'index.mjs']) {
    if ((await files.read(path)) !== undefined) return { value: `node ${path}`, origin: path }
  }
  return undefined
}

async function toServer(
  files: Files,
  project: NodeProject,
  found: { start: { value: string; origin: string }; framework: FrameworkResult | undefined },
): Promise<Plan> {
  const { start, framework } = found
  const script = start.origin === 'package.json scripts.start' ? (project.scripts.start ?? '') : start.value
  const port = await findPort(files, {
    start: { value: script, origin: start.origin },
    candidates: nodeCandidates(project, script),
  })
  // A server of its own beside a static framework is a Node app whose pages that framework builds.
  const ownFramework = framework?.start ? framework : undefined
  const label = ownFramework?.label ?? 'Node'
  return {
    ...toSteps(project, ownFramework),
    label: `${label} (${project.manager.name})`,
    start,
    output: null,
    fallback: null,
    port: port?.port ?? { value: ownFramework?.port ?? 3000, origin: `usual for ${label}` },
    notes: [...project.notes, ...(ownFramework?.notes ?? []), ...fixedPortNotes(port)],
  }
}

function toStatic(
  project: NodeProject,
  output: { value: string; origin: string },
  framework: FrameworkResult | undefined,
): Plan {
  return {
    ...toSteps(project, framework),
    label: `${framework?.label ?? 'Static files'} (${project.manager.name})`,
    start: null,
    output,
    fallback: framework?.fallback ?? null,
    port: null,
    notes: [...project.notes, ...(framework?.notes ?? [])],
  }
}

/** What only a container has to know. */
export const toContainer = ({ manager, reads, install }: NodeProject): Pick<Plan, 'packages' | 'reads'> => ({
  ...(manager.packages.length === 0 ? {} : { packages: [...manager.packages] }),
  ...(reads === undefined || install === null ? {} : { reads: [...reads] }),
})

function toSteps(project: NodeProject, framework: FrameworkResult | undefined) {
  const usualBuild =
    framework === undefined
      ? null
      : { value: project.manager.program(framework.build), origin: `usual for ${framework.label}` }
  return {
    kind: 'node',
    root: '.',
    runtime: project.runtime,
    install: project.install,
    build: project.build ?? usualBuild,
    ...toTools(project.tools),
    ...toContainer(project),
  } as const
}

/** A plan without tools says nothing of them. */
export const toTools = (tools: readonly Tool[]): Pick<Plan, 'tools'> =>
  tools.length === 0 ? {} : { tools: [...tools] }
