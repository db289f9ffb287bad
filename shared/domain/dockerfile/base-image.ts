import type { Plan } from '../plan.ts'

/** The image that a plan is built in, and the folders that its tools fill with what they download. */
export interface BaseImage {
  readonly image: string
  /** What the build's commands need that the image does not set. */
  readonly environment: Readonly<Record<string, string>>
  readonly caches: readonly string[]
  /** How a package that the image lacks gets there. */
  readonly packageCommand: string
  /** Where an app has what was installed for it, below its own folder. */
  readonly packageFolder?: string
  /** What it makes runs without it. */
  readonly isCompiler: boolean
}

const node = (tag: string): BaseImage => ({
  image: `node:${tag}`,
  environment: {},
  caches: ['/root/.npm'],
  packageFolder: 'node_modules',
  packageCommand: 'npm install --global',
  isCompiler: false,
})

/** By what runs it: the first word of the runtime, such as "Node 22 or later". */
export function toBaseImage(plan: Plan): BaseImage {
  const [, name = '', version = '', more = ''] =
    /^(\S+)(?: (\S+))?(.*)$/.exec(plan.runtime?.value ?? '') ?? []
  switch (name) {
    case 'Node':
      return node(toNodeTag(version, more))
    case 'Python':
      return {
        image: `python:${toPythonVersion(version, more)}-slim`,
        environment: {
          PYTHONUNBUFFERED: '1',
          POETRY_VIRTUALENVS_IN_PROJECT: 'true',
          PIPENV_VENV_IN_PROJECT: '1',
        },
        caches: ['/root/.cache'],
        packageFolder: '.venv',
        packageCommand: 'pip install --root-user-action=ignore',
        isCompiler: false,
      }
    case 'Go':
      // The newest Go compiles what is written for any earlier one.
      return {
        image: 'golang:1',
        environment: { CGO_ENABLED: '0' },
        caches: ['/root/.cache/go-build'],
        packageCommand: 'go install',
        isCompiler: true,
      }
    case 'Deno':
      return {
        image: 'denoland/deno:debian',
        environment: { DENO_DIR: '/app/.deno' },
        caches: [],
        packageCommand: 'deno install --global',
        isCompiler: false,
      }
    default:
      return {
        image: 'debian:bookworm-slim',
        environment: {},
        caches: [],
        packageCommand: 'apt-get install --yes',
        isCompiler: false,
      }
  }
}

/** The newest that is supported for long, where the plan leaves a choice. */
const newestNode = 24
const namedNodes: Readonly<Record<string, number>> = { iron: 20, jod: 22, krypton: 24 }

function toNodeTag(version: string, more: string): string {
  const named = namedNodes[version.replace(/^lts\//, '').toLowerCase()]
  const major = named ?? Number(/\d+/.exec(version)?.[0] ?? newestNode)
  return `${/later|\|\|/.test(more) ? Math.max(major, newestNode) : major}-slim`
}

function toPythonVersion(version: string, more: string): string {
  if (/later/.test(more)) return '3'
  return /^3(?:\.\d+)?/.exec(version)?.[0] ?? '3'
}
