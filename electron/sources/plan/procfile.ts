import type { Files, Recogniser } from './files.ts'
import { goCandidates, readGoSteps } from './go.ts'
import { nodeCandidates, toContainer, toTools } from './node.ts'
import { readNodeProject } from './node-project.ts'
import { findPort, fixedPortNotes } from './port.ts'

/**
 * Its `web` line starts the app, or where there is none its `worker` line; its `release` line runs before each release. What comes
 * before is the language's beside it. A Procfile without one of the first two says nothing.
 */
export const recogniseProcfile: Recogniser = async files => {
  const lines = (await files.read('Procfile'))?.split(/\r?\n/) ?? []
  const web = findLine(lines, 'web')
  const worker = findLine(lines, 'worker')
  const releaseCommand = findLine(lines, 'release')
  const start = web ?? worker
  if (start === undefined) return undefined
  const language = (await readNode(files, start.value)) ?? (await readGo(files, start.value))
  const found = await findPort(files, { start, candidates: language?.candidates ?? [] })
  return {
    kind: 'procfile',
    label: language === undefined ? 'Procfile' : `Procfile with ${language.label}`,
    root: '.',
    runtime: language?.runtime ?? null,
    ...(language !== undefined && 'tools' in language ? toTools(language.tools) : {}),
    install: language?.install ?? null,
    build: language?.build ?? null,
    start,
    output: null,
    fallback: null,
    ...(web === undefined
      ? { port: null, worker: { value: true, origin: start.origin } }
      : { port: found?.port ?? { value: 5000, origin: 'usual for Procfile apps' } }),
    ...(releaseCommand === undefined ? {} : { releaseCommand }),
    notes: [
      ...(language?.notes ?? []),
      ...(web === undefined ? [] : fixedPortNotes(found)),
      ...(web !== undefined && worker !== undefined ? [alsoWorks(worker)] : []),
    ],
    ...language?.container,
  }
}

interface Found {
  readonly value: string
  readonly origin: string
}

const alsoWorks = ({ value, origin }: Found): string =>
  `The worker of ${origin} is an app of its own: deploy the repository once more, as a worker that starts with "${value}".`

function findLine(lines: readonly string[], kind: 'web' | 'worker' | 'release'): Found | undefined {
  const n = lines.findIndex(line => new RegExp(`^${kind}\\s*:\\s*\\S`).test(line))
  const value = lines[n]?.replace(/^\w+\s*:\s*/, '').trim()
  return value === undefined ? undefined : { value, origin: `Procfile line ${n + 1}` }
}

async function readNode(files: Files, start: string) {
  const project = await readNodeProject(files)
  if (project === undefined) return undefined
  return {
    label: `Node (${project.manager.name})`,
    runtime: project.runtime,
    install: project.install,
    build: project.build,
    tools: project.tools,
    candidates: nodeCandidates(project, start),
    notes: project.notes,
    container: toContainer(project),
  }
}

async function readGo(files: Files, start: string) {
  // Procfiles name the program as Heroku builds it: bin/<name>.
  const program = /^(?:\.\/)?bin\/([\w.-]+)/.exec(start)?.[1]
  const steps = await readGoSteps(files, program)
  if (steps === undefined) return undefined
  const { runtime, install, build, notes, reads } = steps
  const candidates = await goCandidates(files, steps.folder)
  return { label: 'Go', runtime, install, build, notes, candidates, container: reads && { reads } }
}
