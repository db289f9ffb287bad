import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Plan } from '../../../shared/domain/plan.ts'
import type { Files, Recogniser } from './files.ts'

const names = ['Dockerfile', 'Containerfile']

/** Recognised and shown; whether it can be built is up to the cluster. */
export const recogniseDockerfile: Recogniser = async files => {
  for (const name of names) {
    const text = await files.read(name)
    if (text !== undefined) return toPlan(name, text)
  }
  return undefined
}

/** The plan of the Dockerfile at the path. `target`: the stage that runs; the last one if it is empty or not there. */
export async function planDockerfile(files: Files, path: string, target = ''): Promise<Plan> {
  const text = await files.read(path)
  if (text !== undefined) return toPlan(path, toStage(text, target))
  throw new SlipwayError({
    code: 'plan_not_recognised',
    message: `There is no file ${path} in the folder of the app.`,
    hint: 'Name the Dockerfile by its path below that folder.',
  })
}

function toPlan(name: string, text: string): Plan {
  const origin = 'found in the repository'
  return {
    kind: 'dockerfile',
    label: name,
    root: '.',
    runtime: findLast(name, text, /^\s*FROM\s+(?:--\S+\s+)*(\S+)/i),
    install: null,
    build: null,
    start: null,
    output: null,
    fallback: null,
    port: findPort(name, text),
    notes: [],
    dockerfile: {
      file: { value: name, origin },
      context: { value: '.', origin },
      target: null,
      arguments: {},
    },
  }
}

/** All up to the end of the stage. */
function toStage(text: string, target: string): string {
  const lines = text.split('\n')
  const isStage = (line: string) => /^\s*FROM\s/i.test(line)
  const begin = lines.findIndex(
    line => isStage(line) && /\sAS\s+(\S+)/i.exec(line)?.[1]?.toLowerCase() === target.toLowerCase(),
  )
  if (target === '' || begin === -1) return text
  const length = lines.slice(begin + 1).findIndex(isStage)
  return length === -1 ? text : lines.slice(0, begin + 1 + length).join('\n')
}

function findPort(name: string, text: string): Plan['port'] {
  const exposed =
    findLast(name, text, /^\s*EXPOSE\s+(\d{1,5})\b/i) ??
    findLast(name, text, /^\s*ENV\s+(?:\S+=\S+\s+)*PORT[= ]"?(\d{1,5})\b/i)
  const port = Number(exposed?.value)
  if (exposed !== null && port >= 1 && port <= 65_535) return { value: port, origin: exposed.origin }
  return { value: 8080, origin: 'usual for containers' }
}

/** The last line counts: it belongs to the stage that runs. */
function findLast(name: string, text: string, pattern: RegExp): { value: string; origin: string } | null {
  const lines = text.split(/\r?\n/)
  for (let n = lines.length - 1; n >= 0; n--) {
    const value = pattern.exec(lines[n] ?? '')?.[1]
    if (value !== undefined) return { value, origin: `${name} line ${n + 1}` }
  }
  return null
}
