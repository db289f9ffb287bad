import { z } from 'zod'
import type { Files, Recogniser } from './files.ts'
import { findPort, fixedPortNotes } from './port.ts'

const configSchema = z.object({
  tasks: z.record(z.string(), z.unknown()).catch({}).default({}),
  imports: z.record(z.string(), z.unknown()).catch({}).default({}),
})

const mains = ['main.ts', 'server.ts', 'mod.ts', 'index.ts', 'app.ts', 'src/main.ts', 'main.js', 'main.tsx']

/** A deno.json whose `start` task or main file starts the app. With a package.json that has no such task, it is a Node app. */
export const recogniseDeno: Recogniser = async files => {
  const config = await readConfig(files)
  if (config === undefined) return undefined
  const { tasks, imports } = config
  const isNode = (await files.read('package.json')) !== undefined
  const main = await findMain(files)
  const start =
    tasks.start !== undefined
      ? { value: 'deno task start', origin: `${config.path} tasks.start` }
      : main !== undefined && !isNode
        ? { value: `deno run --allow-net --allow-env --allow-read ${main}`, origin: main }
        : undefined
  if (start === undefined) return undefined
  const task = typeof tasks.start === 'string' ? tasks.start : ''
  const found = await findPort(files, {
    start: { value: task, origin: start.origin },
    candidates: main === undefined ? [] : [main],
  })
  return {
    kind: 'deno',
    label: 'Deno',
    root: '.',
    runtime: { value: 'Deno', origin: config.path },
    install:
      Object.keys(imports).length > 0 ? { value: 'deno install', origin: `${config.path} imports` } : null,
    build:
      tasks.build === undefined ? null : { value: 'deno task build', origin: `${config.path} tasks.build` },
    start,
    output: null,
    fallback: null,
    port: found?.port ?? { value: 8000, origin: 'usual for Deno' },
    notes: fixedPortNotes(found),
  }
}

async function readConfig(files: Files) {
  for (const path of ['deno.json', 'deno.jsonc']) {
    const text = await files.read(path)
    if (text === undefined) continue
    try {
      return { path, ...configSchema.parse(JSON.parse(withoutComments(text))) }
    } catch {
      return { path, tasks: {}, imports: {} }
    }
  }
  return undefined
}

/** Comments and commas at the end, outside of strings. */
const withoutComments = (text: string): string =>
  text
    .replace(
      /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
      (_, quoted: string | undefined) => quoted ?? '',
    )
    .replace(
      /("(?:\\.|[^"\\])*")|,(\s*[}\]])/g,
      (_, quoted: string | undefined, end: string) => quoted ?? end,
    )

async function findMain(files: Files): Promise<string | undefined> {
  for (const path of mains) if ((await files.read(path)) !== undefined) return path
  return undefined
}
