import type { Plan } from '../../../shared/domain/plan.ts'
import type { Recogniser } from './files.ts'

const names = ['Dockerfile', 'Containerfile']

/** Recognised and shown; whether it can be built is up to the cluster. */
export const recogniseDockerfile: Recogniser = async files => {
  for (const name of names) {
    const text = await files.read(name)
    if (text !== undefined) return toPlan(name, text)
  }
  return undefined
}

function toPlan(name: string, text: string): Plan {
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
  }
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
