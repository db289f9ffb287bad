import type { Plan } from '../../../shared/domain/plan.ts'
import type { Files } from './files.ts'
import type { NodeProject } from './node-project.ts'

/** What a framework's build gives: files to serve, or a server to start. */
export interface FrameworkResult {
  readonly label: string
  readonly build: string
  readonly start: Plan['start']
  readonly output: Plan['output']
  readonly fallback: Plan['fallback']
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
    dependency: '@remix-run/dev',
    label: 'Remix',
    build: 'remix vite:build',
    decide: async ({ manager }) => ({
      start: usual(manager.program('remix-serve ./build/server/index.js'), 'Remix'),
    }),
  },
  {
    dependency: '@react-router/dev',
    label: 'React Router',
    build: 'react-router build',
    async decide({ manager }, files) {
      const single = await findInFirst(files, configNames('react-router'), /\bssr:\s*false\b/)
      if (single !== undefined) {
        return {
          output: { value: 'build/client', origin: `${single} ssr: false` },
          fallback: usual('index.html', 'React Router'),
        }
      }
      return { start: usual(manager.program('react-router-serve ./build/server/index.js'), 'React Router') }
    },
  },
  {
    dependency: '@tanstack/react-start',
    label: 'TanStack Start',
    build: 'vite build',
    decide: async () => ({ start: usual('node .output/server/index.mjs', 'TanStack Start') }),
  },
  {
    dependency: '@nestjs/core',
    label: 'Nest',
    build: 'nest build',
    decide: async () => ({ start: usual('node dist/main.js', 'Nest') }),
  },
  {
    dependency: '@angular/core',
    label: 'Angular',
    build: 'ng build',
    decide: async (_, files) => ({
      output: await findAngularOutput(files),
      fallback: usual('index.html', 'Angular'),
    }),
  },
  {
    dependency: 'nuxt',
    label: 'Nuxt',
    build: 'nuxt build',
    async decide({ scripts }) {
      if (/\bgenerate\b/.test(scripts.build ?? ''))
        return { output: usual('.output/public', 'Nuxt'), fallback: usual('200.html', 'Nuxt') }
      return { start: usual('node .output/server/index.mjs', 'Nuxt') }
    },
  },
  {
    dependency: '@sveltejs/kit',
    label: 'SvelteKit',
    build: 'vite build',
    async decide({ dependencies }, files) {
      if (dependencies.has('@sveltejs/adapter-static'))
        return { output: usual('build', 'SvelteKit'), ...(await findSvelteFallback(files)) }
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
    decide: singlePage('build', 'Create React App'),
  },
  {
    dependency: '@vue/cli-service',
    label: 'Vue CLI',
    build: 'vue-cli-service build',
    decide: singlePage('dist', 'Vue CLI'),
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
      const fallback = usual('index.html', 'Vite')
      if (named !== undefined)
        return { output: { value: named, origin: 'package.json scripts.build' }, fallback }
      return { output: (await findOutput(files, 'vite')) ?? usual('dist', 'Vite'), fallback }
    },
  },
  { dependency: 'parcel', label: 'Parcel', build: 'parcel build', decide: singlePage('dist', 'Parcel') },
  {
    dependency: 'webpack-dev-server',
    label: 'webpack',
    build: 'webpack --mode production',
    decide: singlePage('dist', 'webpack'),
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
    fallback: decided.fallback ?? null,
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
  /^(?:\w+=\S+\s+|cross-env\s+|npx\s+)*(?:vite(?!-node)|react-scripts start|astro\b(?! build)|vue-cli-service serve|gatsby (?:develop|serve)|ng serve|docusaurus (?:start|serve)|eleventy --serve|parcel|nuxi? dev|next dev|remix vite:dev|remix dev|react-router dev|nest start|vinxi dev|webpack(?:-dev-server| serve))\b/

function usual(value: string, label: string): { value: string; origin: string } {
  return { value, origin: `usual for ${label}` }
}

function singlePage(folder: string, label: string): Framework['decide'] {
  return async () => ({ output: usual(folder, label), fallback: usual('index.html', label) })
}

async function findSvelteFallback(files: Files): Promise<Partial<FrameworkResult>> {
  for (const path of configNames('svelte')) {
    const value = /\bfallback:\s*['"]([^'"]+)['"]/.exec((await files.read(path)) ?? '')?.[1]
    if (value !== undefined) return { fallback: { value, origin: `${path} fallback` } }
  }
  return {}
}

/** Where Angular's builder writes the pages, as angular.json says. */
async function findAngularOutput(files: Files): Promise<Plan['output']> {
  const text = await files.read('angular.json')
  const usualOutput = usual('dist', 'Angular')
  try {
    const { projects, defaultProject } = JSON.parse(text ?? '{}') as {
      projects?: Record<
        string,
        { architect?: { build?: { builder?: string; options?: { outputPath?: unknown } } } }
      >
      defaultProject?: string
    }
    const name = defaultProject ?? Object.keys(projects ?? {})[0]
    if (name === undefined) return usualOutput
    const build = projects?.[name]?.architect?.build
    const path = build?.options?.outputPath
    const base =
      typeof path === 'string' ? path : ((path as { base?: string } | undefined)?.base ?? `dist/${name}`)
    // The application builder keeps what browsers get in a folder of its own.
    const value = /:application$/.test(build?.builder ?? '') ? `${base}/browser` : base
    return { value, origin: 'angular.json outputPath' }
  } catch {
    return usualOutput
  }
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
