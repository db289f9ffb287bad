import type { Plan } from '../../../shared/domain/plan.ts'
import type { Files, Recogniser } from './files.ts'
import { findPort, fixedPortNotes } from './port.ts'
import { filesBelow } from './workspaces.ts'

export const recogniseGo: Recogniser = async files => {
  const steps = await readGoSteps(files)
  if (steps === undefined) return undefined
  const found = await findPort(files, { start: null, candidates: await goCandidates(files, steps.folder) })
  return {
    kind: 'go',
    label: 'Go',
    root: '.',
    runtime: steps.runtime,
    install: steps.install,
    build: steps.build,
    start: { value: `./bin/${steps.program}`, origin: 'output of the build' },
    output: null,
    fallback: null,
    port: found?.port ?? { value: 8080, origin: 'usual for Go' },
    notes: [...steps.notes, ...fixedPortNotes(found)],
    ...(steps.reads && { reads: steps.reads }),
  }
}

interface GoSteps extends Pick<Plan, 'runtime' | 'install' | 'build' | 'notes' | 'reads'> {
  readonly program: string
  /** Of the main package. */
  readonly folder: string
}

/** A module whose main package is at its root or in `cmd/`. `program`: the name that the built file must have. */
export async function readGoSteps(files: Files, program = 'app'): Promise<GoSteps | undefined> {
  const module = await files.read('go.mod')
  if (module === undefined) return readWorkspace(files, program)
  const found = await findMainPackage(files, module, program)
  if (found === undefined) return undefined
  const version = /^go\s+(\d+\.\d+(?:\.\d+)?)/m.exec(module)?.[1]
  const hasRequirements = /^require\b/m.test(module) && (await files.read('vendor/modules.txt')) === undefined
  const path = found.folder === '.' ? '.' : `./${found.folder}`
  return {
    program,
    folder: found.folder,
    runtime: { value: version === undefined ? 'Go' : `Go ${version}`, origin: 'go.mod' },
    install: hasRequirements ? { value: 'go mod download', origin: 'go.mod' } : null,
    build: { value: `go build -o ./bin/${program} ${path}`, origin: found.file },
    notes: found.notes,
    // A module that is replaced by a folder of the repository is read from there.
    ...(hasRequirements && !/=>\s*\.{1,2}\//.test(module) ? { reads: await listModuleFiles(files) } : {}),
  }
}

const listModuleFiles = async (files: Files): Promise<string[]> =>
  (await files.list('.')).filter(name => name === 'go.mod' || name === 'go.sum')

/** The first module of a go.work that has a main package, built from the root. */
async function readWorkspace(files: Files, program: string): Promise<GoSteps | undefined> {
  const work = await files.read('go.work')
  if (work === undefined) return undefined
  const block =
    /^use\s*\(([^)]*)\)/m.exec(work)?.[1] ??
    [...work.matchAll(/^use\s+(\S+)/gm)].map(one => one[1]).join('\n')
  const folders = block
    .split(/\s+/)
    .map(path => path.replace(/^\.\//, ''))
    .filter(path => path !== '')
  const found: { folder: string; steps: GoSteps }[] = []
  for (const folder of folders) {
    const steps = folder === '.' ? undefined : await readGoSteps(filesBelow(files, folder), program)
    if (steps) found.push({ folder, steps })
  }
  const [first, ...others] = found
  if (first === undefined) return undefined
  const { folder, steps } = first
  const inside = steps.folder === '.' ? folder : `${folder}/${steps.folder}`
  return {
    ...steps,
    folder: inside,
    install: steps.install && { ...steps.install, origin: `${folder}/go.mod` },
    build: {
      value: `go build -o ./bin/${program} ./${inside}`,
      origin: `${folder}/${steps.build?.origin ?? 'go.mod'}`,
    },
    notes: [
      ...steps.notes,
      ...(others.length === 0
        ? []
        : [
            `There are several programs in this workspace. This builds ${folder}; the others are ${others.map(one => one.folder).join(', ')}.`,
          ]),
    ],
  }
}

/** Go files where the port is likely to stand, those of the main package first. */
export async function goCandidates(files: Files, folder: string): Promise<string[]> {
  const own = await listGoFiles(files, folder)
  const main = own.filter(path => path.endsWith('main.go'))
  const more = [
    'server',
    'config',
    'http',
    'api',
    'internal/server',
    'internal/config',
    'internal/http',
    'pkg/server',
  ]
  const others = await Promise.all(more.map(path => listGoFiles(files, path)))
  return [...main, ...own, ...others.flat()].slice(0, 20)
}

async function findMainPackage(files: Files, module: string, program: string) {
  const rootFile = await findMainFile(files, '.')
  if (rootFile !== undefined) return { folder: '.', file: rootFile, notes: [] }
  const folders = (await files.list('cmd')).filter(name => name.endsWith('/')).map(name => name.slice(0, -1))
  const commands: { name: string; file: string }[] = []
  for (const name of ['.', ...folders]) {
    const file = await findMainFile(files, name === '.' ? 'cmd' : `cmd/${name}`)
    if (file !== undefined) commands.push({ name, file })
  }
  const moduleName = /^module\s+"?(\S+?)"?\s*$/m.exec(module)?.[1]?.split('/').at(-1)
  const preferred = [program, moduleName, 'server', 'web', 'api', 'app']
  const ranked = preferred.flatMap(wanted => commands.filter(({ name }) => name === wanted))
  const chosen = ranked[0] ?? commands[0]
  if (chosen === undefined) return undefined
  const folder = chosen.name === '.' ? 'cmd' : `cmd/${chosen.name}`
  const names = commands.map(({ name }) => name).join(', ')
  const notes =
    commands.length > 1
      ? [
          `There are several programs in cmd/: ${names}. This builds ${chosen.name}; change the build command for another.`,
        ]
      : []
  return { folder, file: chosen.file, notes }
}

async function findMainFile(files: Files, folder: string): Promise<string | undefined> {
  for (const path of await listGoFiles(files, folder)) {
    const text = (await files.read(path)) ?? ''
    if (/^package main\b/m.test(text) && !/^\/\/go:build ignore\b/m.test(text)) return path
  }
  return undefined
}

async function listGoFiles(files: Files, folder: string): Promise<string[]> {
  const names = await files.list(folder)
  return names
    .filter(name => name.endsWith('.go') && !name.endsWith('_test.go'))
    .map(name => (folder === '.' ? name : `${folder}/${name}`))
}
