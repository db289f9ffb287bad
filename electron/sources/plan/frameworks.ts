import type { Plan } from '../../../shared/domain/plan.ts'
import type { Files } from './files.ts'
import type { NodeProject } from './node-project.ts'

/** What a framework's build gives: files to serve, or a server to start. */
export interface FrameworkResult {
  readonly label: string
  readonly build: string
  readonly start: Plan['start']
  readonly output: Plan['output']
  readonly port: number
  readonly notes: readonly string[]
}

interface Framework {
  readonly dependency: string
  readonly label: string
  /** Used where package.json has no build script. */
  readonly build: string
  decide(project: NodeProject, files: Files): Promise<Partial<Omit<FrameworkResult, 'label' | 'build'>>>
}

/** Order is the specification: frameworks that use another one come before it. */
const frameworks: readonly Framework[] = [
  {
    dependency: 'next',
    label: 'Next.js',
    build: 'next build',
    async decide({ manager }, files) {
      const exported = await findInFirst(files, configNames('next'), /output:\s*['"]export['"]/)
      if (exported !== undefined) return { output: { value: 'out', origin: exported } }
      return { start: { value: manager.program('next start'), origin: 'usual for Next.js' } }
    },
  },
  {
    dependency: 'nuxt',
    label: 'Nuxt',
    build: 'nuxt build',
    async decide({ scripts }) {
      if (/\bgenerate\b/.test(scripts.build ?? '')) return { output: usual('.output/public', 'Nuxt') }
      return { start: usual('node .output/server/index.mjs', 'Nuxt') }
    },
  },
  {
    dependency: '@sveltejs/kit',
    label: 'SvelteKit',
    build: 'vite build',
    async decide({ dependencies }) {
      if (dependencies.has('@sveltejs/adapter-static')) return { output: usual('build', 'SvelteKit') }
      const notes = dependencies.has('@sveltejs/adapter-node')
        ? []
        : ['SvelteKit starts here only with @sveltejs/adapter-node, which package.json does not name.']
      return { start: usual('node build', 'SvelteKit'), notes }
    },
  },
  {
    dependency: 'astro',
    label: 'Astro',
    build: 'astro build',
    async decide({ dependencies }, files) {
      if (dependencies.has('@astrojs/node')) {
        return { start: usual('node ./dist/server/entry.mjs', 'Astro'), port: 4321 }
      }
      return { output: (await findOutput(files, 'astro')) ?? usual('dist', 'Astro') }
    },
  },
  {
    dependency: 'react-scripts',
    label: 'Create React App',
    build: 'react-scripts build',
    decide: output('build', 'Create React App'),
  },
  {
    dependency: '@vue/cli-service',
    label: 'Vue CLI',
    build: 'vue-cli-service build',
    decide: output('dist', 'Vue CLI'),
  },
  { dependency: 'gatsby', label: 'Gatsby', build: 'gatsby build', decide: output('public', 'Gatsby') },
  {
    dependency: '@docusaurus/core',
    label: 'Docusaurus',
    build: 'docusaurus build',
    decide: output('build', 'Docusaurus'),
  },
  { dependency: '@11ty/eleventy', label: 'Eleventy', build: 'eleventy', decide: output('_site', 'Eleventy') },
  {
    dependency: 'vite',
    label: 'Vite',
    build: 'vite build',
    async decide({ scripts }, files) {
      const named = /--outDir[= ](\S+)/.exec(scripts.build ?? '')?.[1]
      if (named !== undefined) return { output: { value: named, origin: 'package.json scripts.build' } }
      return { output: (await findOutput(files, 'vite')) ?? usual('dist', 'Vite') }
    },
  },
  { dependency: 'parcel', label: 'Parcel', build: 'parcel build', decide: output('dist', 'Parcel') },
  {
    dependency: 'webpack-dev-server',
    label: 'webpack',
    build: 'webpack --mode production',
    decide: output('dist', 'webpack'),
  },
]

export async function findFramework(
  project: NodeProject,
  files: Files,
): Promise<FrameworkResult | undefined> {
  const framework = frameworks.find(({ dependency }) => project.dependencies.has(dependency))
  if (framework === undefined) return undefined
  const { label, build } = framework
  const decided = await framework.decide(project, files)
  return {
    label,
    build,
    start: decided.start ?? null,
    output: decided.output ?? null,
    port: decided.port ?? 3000,
    notes: decided.notes ?? [],
  }
}

/** A start script that runs a framework's development or preview server; what it shows is served from the output instead. */
export function isDevelopmentServer(project: NodeProject, script: string): boolean {
  const other = /^(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(dev|preview|serve|develop)\b/.exec(script)?.[1]
  const command = (other === undefined ? undefined : project.scripts[other]) ?? script
  return developmentServer.test(command)
}

const developmentServer =
  /^(?:\w+=\S+\s+|cross-env\s+|npx\s+)*(?:vite(?!-node)|react-scripts start|astro\b(?! build)|vue-cli-service serve|gatsby (?:develop|serve)|ng serve|docusaurus (?:start|serve)|eleventy --serve|parcel|nuxi? dev|next dev|webpack(?:-dev-server| serve))\b/

function usual(value: string, label: string): { value: string; origin: string } {
  return { value, origin: `usual for ${label}` }
}

function output(folder: string, label: string): Framework['decide'] {
  return async () => ({ output: usual(folder, label) })
}

const configNames = (name: string): string[] =>
  ['ts', 'mts', 'js', 'mjs', 'cjs'].map(extension => `${name}.config.${extension}`)

/** The origin of the first file that the pattern matches. */
async function findInFirst(
  files: Files,
  paths: readonly string[],
  pattern: RegExp,
): Promise<string | undefined> {
  for (const path of paths) {
    if (pattern.test((await files.read(path)) ?? '')) return path
  }
  return undefined
}

async function findOutput(
  files: Files,
  name: string,
): Promise<{ value: string; origin: string } | undefined> {
  for (const path of configNames(name)) {
    const value = /\boutDir:\s*['"]([^'"]+)['"]/.exec((await files.read(path)) ?? '')?.[1]
    if (value !== undefined) return { value: value.replace(/^\.\/|\/$/g, ''), origin: `${path} outDir` }
  }
  return undefined
}
