import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { toFailure } from '../../../shared/domain/failure.ts'
import { type Plan, withEdits } from '../../../shared/domain/plan.ts'
import { planFileSchema, toPlanFile } from '../../../shared/domain/plan-file.ts'
import { writeFiles } from '../../../tests/support/git-server.ts'
import { listApps } from './apps.ts'
import { decidePlan, detectPlan, tryAll } from './detect-plan.ts'
import type { Files } from './files.ts'

type Fixture = Record<string, string>

function filesOf(fixture: Fixture): Files {
  return {
    read: async path => fixture[path],
    list: async folder => {
      const prefix = folder === '.' ? '' : `${folder}/`
      const below = Object.keys(fixture).filter(path => path.startsWith(prefix))
      return [...new Set(below.map(path => path.slice(prefix.length).replace(/\/.*/, '/')))].sort()
    },
  }
}

const manifest = (content: object): string => JSON.stringify(content)
const value = (found: { value: unknown } | null) => found?.value ?? null

/** The plan without origins: kind, runtime, install, build, start, output, port. */
const brief = (plan: Plan) => [
  plan.kind,
  ...[plan.runtime, plan.install, plan.build, plan.start, plan.output, plan.port].map(value),
]

const start = { scripts: { start: 'node server.js' } }
const lib = { dependencies: { express: '5' } }
const goMain = 'package main\n\nfunc main() {}\n'

test('a plan says of each value where it was found', async () => {
  const plan = await decidePlan(
    filesOf({
      'package.json': manifest({
        scripts: { build: 'tsc', start: 'node dist/server.js' },
        dependencies: { express: '5' },
        engines: { node: '>=22' },
      }),
      'pnpm-lock.yaml': '',
      'src/server.ts': '// listen(1234)\nconst port = Number(process.env.PORT ?? 4000)\napp.listen(port)\n',
    }),
  )
  expect(plan).toEqual({
    kind: 'node',
    label: 'Node (pnpm)',
    root: '.',
    runtime: { value: 'Node 22 or later', origin: 'package.json engines.node' },
    install: { value: 'pnpm install --frozen-lockfile', origin: 'pnpm-lock.yaml' },
    build: { value: 'pnpm run build', origin: 'package.json scripts.build' },
    start: { value: 'node dist/server.js', origin: 'package.json scripts.start' },
    output: null,
    fallback: null,
    port: { value: 4000, origin: 'src/server.ts line 2' },
    notes: [],
    tools: [
      {
        name: 'node',
        range: '>=22',
        origin: 'package.json engines.node',
        isPinned: false,
        fetched: null,
      },
    ],
    packages: ['pnpm@10'],
    reads: ['package.json', 'pnpm-lock.yaml'],
  })
})

test.each<[name: string, fixture: Fixture, tools: string[] | undefined, reads: string[] | undefined]>([
  [
    'npm with a lockfile',
    { 'package.json': manifest({ ...start, ...lib }), 'package-lock.json': '', '.npmrc': '' },
    undefined,
    ['package.json', 'package-lock.json', '.npmrc'],
  ],
  [
    'a script that runs at install',
    {
      'package.json': manifest({ scripts: { ...start.scripts, postinstall: 'node x' } }),
      'package-lock.json': '',
    },
    undefined,
    undefined,
  ],
  [
    'a package of the repository',
    { 'package.json': manifest({ ...start, dependencies: { a: 'file:./a' } }) },
    undefined,
    undefined,
  ],
  [
    'pnpm by its lockfile',
    { 'package.json': manifest({ ...start, ...lib }), 'pnpm-lock.yaml': "lockfileVersion: '6.0'" },
    ['pnpm@8'],
    ['package.json', 'pnpm-lock.yaml'],
  ],
  [
    'pnpm by packageManager',
    {
      'package.json': manifest({ ...start, ...lib, packageManager: 'pnpm@9.1.0+sha512.abc' }),
      'pnpm-lock.yaml': '',
    },
    ['pnpm@9.1.0'],
    ['package.json', 'pnpm-lock.yaml'],
  ],
  [
    'yarn 4',
    {
      'package.json': manifest({ ...start, ...lib, packageManager: 'yarn@4.5.0' }),
      'yarn.lock': '__metadata:',
    },
    ['@yarnpkg/cli-dist@4.5.0'],
    ['package.json', 'yarn.lock'],
  ],
  [
    'yarn 1',
    { 'package.json': manifest({ ...start, ...lib }), 'yarn.lock': '' },
    undefined,
    ['package.json', 'yarn.lock'],
  ],
  [
    'bun',
    { 'package.json': manifest({ ...start, ...lib }), 'bun.lock': '' },
    ['bun@1'],
    ['package.json', 'bun.lock'],
  ],
  [
    'go',
    { 'go.mod': 'module a\n\nrequire b v1.0.0\n', 'go.sum': '', 'main.go': goMain },
    undefined,
    ['go.mod', 'go.sum'],
  ],
  [
    'go with a module of the repository',
    { 'go.mod': 'module a\nrequire b v1.0.0\nreplace b => ./b\n', 'main.go': goMain },
    undefined,
    undefined,
  ],
  ['pip', { 'requirements.txt': 'flask==3\n', 'app.py': '' }, undefined, ['requirements.txt']],
  ['pip with another file', { 'requirements.txt': '-r base.txt\n', 'app.py': '' }, undefined, undefined],
  [
    'poetry',
    { 'pyproject.toml': '[tool.poetry]', 'poetry.lock': '', 'main.py': '' },
    ['poetry'],
    ['pyproject.toml', 'poetry.lock'],
  ],
  [
    'uv, which installs the project too',
    { 'pyproject.toml': '', 'uv.lock': '', 'main.py': '' },
    ['uv'],
    undefined,
  ],
])('a container is told what %s needs and reads', async (_, fixture, packages, reads) => {
  const plan = await decidePlan(filesOf(fixture))
  expect([plan.packages, plan.reads]).toEqual([packages, reads])
})

const vite = { scripts: { build: 'vite build', dev: 'vite' }, devDependencies: { vite: '8' } }

const table: readonly (readonly [name: string, fixture: Fixture, brief: unknown[]])[] = [
  [
    'a Dockerfile wins, with the port that it exposes last',
    {
      Dockerfile: 'FROM node:20 AS build\nEXPOSE 1\nFROM --platform=linux/amd64 nginx:1\nEXPOSE 80/tcp',
      'package.json': '{}',
    },
    ['dockerfile', 'nginx:1', null, null, null, null, 80],
  ],
  [
    'a Dockerfile that exposes a variable',
    { Dockerfile: 'FROM alpine\nEXPOSE $PORT' },
    ['dockerfile', 'alpine', null, null, null, null, 8080],
  ],
  [
    'a Dockerfile that exposes a variable which it sets',
    { Dockerfile: 'FROM alpine\nENV NODE_ENV=production PORT=4500\nEXPOSE $PORT' },
    ['dockerfile', 'alpine', null, null, null, null, 4500],
  ],
  [
    'a Procfile alone',
    { Procfile: 'worker: x\nweb: ./serve --port 9000\n' },
    ['procfile', null, null, null, './serve --port 9000', null, 9000],
  ],
  [
    'a Procfile beside package.json',
    {
      Procfile: 'web: node app.js',
      'package.json': manifest({ scripts: { build: 'tsc' }, ...lib }),
      'package-lock.json': '{}',
      'app.js': 'listen(process.env.PORT || 4321)',
    },
    ['procfile', 'Node', 'npm ci', 'npm run build', 'node app.js', null, 4321],
  ],
  [
    'a Procfile beside go.mod names the program',
    { Procfile: 'web: bin/blog', 'go.mod': 'module x/blog\ngo 1.22', 'main.go': goMain },
    ['procfile', 'Go 1.22', null, 'go build -o ./bin/blog .', 'bin/blog', null, 5000],
  ],
  [
    'a Procfile without a web or a worker line says nothing',
    { Procfile: 'clock: x', 'index.html': '' },
    ['static', null, null, null, null, '.', null],
  ],
  [
    'a Procfile with a worker line alone',
    { Procfile: 'release: y\nworker: bin/queue --all\n' },
    ['procfile', null, null, null, 'bin/queue --all', null, null],
  ],
  [
    'npm with a lockfile',
    { 'package.json': manifest({ ...start, ...lib }), 'package-lock.json': '{}' },
    ['node', 'Node', 'npm ci', null, 'node server.js', null, 3000],
  ],
  [
    'npm without a lockfile',
    { 'package.json': manifest({ ...start, ...lib, engines: { node: '20.x' } }) },
    ['node', 'Node 20', 'npm install', null, 'node server.js', null, 3000],
  ],
  [
    'nothing to install',
    { 'package.json': manifest(start), '.nvmrc': 'v20.11.0\n' },
    ['node', 'Node 20.11.0', null, null, 'node server.js', null, 3000],
  ],
  [
    'yarn 1',
    { 'package.json': manifest({ ...start, ...lib }), 'yarn.lock': '# yarn lockfile v1' },
    ['node', 'Node', 'yarn install --frozen-lockfile', null, 'node server.js', null, 3000],
  ],
  [
    'yarn berry by its lockfile',
    { 'package.json': manifest({ ...start, ...lib }), 'yarn.lock': '__metadata:\n  version: 8' },
    ['node', 'Node', 'yarn install --immutable', null, 'yarn run start', null, 3000],
  ],
  [
    'yarn berry by packageManager, against another lockfile',
    {
      'package.json': manifest({ ...start, ...lib, packageManager: 'yarn@4.1.0+sha256.abc' }),
      'package-lock.json': '{}',
      'yarn.lock': '',
    },
    ['node', 'Node', 'yarn install --immutable', null, 'yarn run start', null, 3000],
  ],
  [
    'bun',
    { 'package.json': manifest({ ...start, ...lib }), 'bun.lock': '' },
    ['node', 'Node', 'bun install --frozen-lockfile', null, 'bun run start', null, 3000],
  ],
  [
    'main where there is no start script',
    {
      'package.json': manifest({ main: './lib/app.js' }),
      'lib/app.js': 'server.listen({ host, port: 8123 })',
    },
    ['node', 'Node', null, null, 'node lib/app.js', null, 8123],
  ],
  [
    'server.js where there is neither',
    { 'package.json': '{}', 'server.js': 'x' },
    ['node', 'Node', null, null, 'node server.js', null, 3000],
  ],
  [
    'Vite gives files to serve, its development server is not a start',
    {
      'package.json': manifest({ ...vite, scripts: { ...vite.scripts, start: 'npm run dev' } }),
      'vite.config.ts': "export default { build: { outDir: './site/' } }",
    },
    ['node', 'Node', 'npm install', 'npm run build', null, 'site', null],
  ],
  [
    'Vite beside a server keeps the start script',
    {
      'package.json': manifest({ ...vite, scripts: { ...vite.scripts, start: 'node server.js' } }),
      'server.js': 'parseInt(process.env.PORT, 10) || 5050',
    },
    ['node', 'Node', 'npm install', 'npm run build', 'node server.js', null, 5050],
  ],
  [
    'Create React App',
    {
      'package.json': manifest({
        scripts: { start: 'react-scripts start', build: 'react-scripts build' },
        dependencies: { 'react-scripts': '5' },
      }),
    },
    ['node', 'Node', 'npm install', 'npm run build', null, 'build', null],
  ],
  [
    'Astro without a build script',
    { 'package.json': manifest({ dependencies: { astro: '5' } }) },
    ['node', 'Node', 'npm install', 'npx astro build', null, 'dist', null],
  ],
  [
    'Astro with its server',
    { 'package.json': manifest({ dependencies: { astro: '5', '@astrojs/node': '9' } }) },
    ['node', 'Node', 'npm install', 'npx astro build', 'node ./dist/server/entry.mjs', null, 4321],
  ],
  [
    'Next.js whose start script is its development server',
    { 'package.json': manifest({ scripts: { start: 'next dev' }, dependencies: { next: '15' } }) },
    ['node', 'Node', 'npm install', 'npx next build', 'npx next start', null, 3000],
  ],
  [
    'Next.js that exports files',
    {
      'package.json': manifest({ scripts: { build: 'next build' }, dependencies: { next: '15' } }),
      'next.config.mjs': "export default { output: 'export' }",
    },
    ['node', 'Node', 'npm install', 'npm run build', null, 'out', null],
  ],
  [
    'a page with a build step',
    { 'package.json': manifest({ scripts: { build: 'tailwindcss' } }), 'public/index.html': '' },
    ['node', 'Node', null, 'npm run build', null, 'public', null],
  ],
  [
    'a page beside a package.json that neither builds nor starts',
    { 'package.json': manifest({ devDependencies: { prettier: '3' } }), 'index.html': '' },
    ['static', null, null, null, null, '.', null],
  ],
  [
    'Go at the root',
    {
      'go.mod': 'module example.com/x\n\ngo 1.23.1\n\nrequire (\n)\n',
      'main.go': 'package main\nfunc main() {\n  http.ListenAndServe(":9090", nil)\n}',
    },
    ['go', 'Go 1.23.1', 'go mod download', 'go build -o ./bin/app .', './bin/app', null, 9090],
  ],
  [
    'Go in cmd/, with the port in another package',
    {
      'go.mod': 'module x',
      'lib.go': 'package x',
      'cmd/web/main.go': goMain,
      'internal/server/server.go': 'package server\nport := getenv("PORT", "8088")',
    },
    ['go', 'Go', null, 'go build -o ./bin/app ./cmd/web', './bin/app', null, 8088],
  ],
  [
    'a Go workspace',
    {
      'go.work': 'go 1.24\n\nuse (\n\t./lib\n\t./web\n)\n',
      'lib/go.mod': 'module x/lib',
      'lib/lib.go': 'package lib',
      'web/go.mod': 'module x/web\ngo 1.24',
      'web/main.go': goMain,
    },
    ['go', 'Go 1.24', null, 'go build -o ./bin/app ./web', './bin/app', null, 8080],
  ],
  [
    'React Router with its server',
    {
      'package.json': manifest({
        scripts: {
          build: 'react-router build',
          start: 'react-router-serve ./build/server/index.js',
          dev: 'react-router dev',
        },
        devDependencies: { '@react-router/dev': '7', vite: '8' },
      }),
    },
    ['node', 'Node', 'npm install', 'npm run build', 'npm start', null, 3000],
  ],
  [
    'React Router without a server',
    {
      'package.json': manifest({
        scripts: { build: 'react-router build' },
        devDependencies: { '@react-router/dev': '7', vite: '8' },
      }),
      'react-router.config.ts': 'export default { ssr: false } satisfies Config',
    },
    ['node', 'Node', 'npm install', 'npm run build', null, 'build/client', null],
  ],
  [
    'Remix',
    { 'package.json': manifest({ devDependencies: { '@remix-run/dev': '2', vite: '8' } }) },
    [
      'node',
      'Node',
      'npm install',
      'npx remix vite:build',
      'npx remix-serve ./build/server/index.js',
      null,
      3000,
    ],
  ],
  [
    'TanStack Start',
    {
      'package.json': manifest({
        scripts: { build: 'vite build' },
        dependencies: { '@tanstack/react-start': '1', vite: '8' },
      }),
    },
    ['node', 'Node', 'npm install', 'npm run build', 'node .output/server/index.mjs', null, 3000],
  ],
  [
    'Nuxt, its server and its files',
    { 'package.json': manifest({ scripts: { build: 'nuxt generate' }, dependencies: { nuxt: '4' } }) },
    ['node', 'Node', 'npm install', 'npm run build', null, '.output/public', null],
  ],
  [
    'SvelteKit with the Node adapter',
    {
      'package.json': manifest({
        scripts: { build: 'vite build' },
        devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-node': '5', vite: '8' },
      }),
    },
    ['node', 'Node', 'npm install', 'npm run build', 'node build', null, 3000],
  ],
  [
    'Nest by its script for production',
    {
      'package.json': manifest({
        scripts: { build: 'nest build', start: 'nest start', 'start:prod': 'node dist/main' },
        dependencies: { '@nestjs/core': '11' },
      }),
    },
    ['node', 'Node', 'npm install', 'npm run build', 'npm run start:prod', null, 3000],
  ],
  [
    'Angular',
    {
      'package.json': manifest({
        scripts: { build: 'ng build', start: 'ng serve' },
        dependencies: { '@angular/core': '20' },
      }),
      'angular.json': manifest({
        projects: {
          shop: {
            architect: {
              build: { builder: '@angular/build:application', options: { outputPath: 'dist/shop' } },
            },
          },
        },
      }),
    },
    ['node', 'Node', 'npm install', 'npm run build', null, 'dist/shop/browser', null],
  ],
  [
    'a pnpm workspace with turborepo',
    {
      'package.json': manifest({ packageManager: 'pnpm@9.1.0', devDependencies: { turbo: '2' } }),
      'pnpm-lock.yaml': '',
      'pnpm-workspace.yaml': 'packages:\n  - "apps/*"\n  - packages/*\n',
      'turbo.json': '{}',
      'apps/web/package.json': manifest({
        name: '@x/web',
        scripts: { build: 'vite build' },
        devDependencies: { vite: '8' },
      }),
      'packages/ui/package.json': manifest({ name: '@x/ui' }),
    },
    [
      'node',
      'Node',
      'pnpm install --frozen-lockfile',
      'pnpm exec turbo run build --filter=@x/web',
      null,
      'apps/web/dist',
      null,
    ],
  ],
  [
    'an npm workspace with a server',
    {
      'package.json': manifest({ workspaces: ['packages/*'] }),
      'package-lock.json': '{}',
      'packages/api/package.json': manifest({ name: 'api', scripts: { start: 'node server.js' } }),
      'packages/api/server.js': 'listen(process.env.PORT ?? 4100)',
    },
    ['node', 'Node', 'npm ci', null, 'npm run start --workspace packages/api', null, 4100],
  ],
  [
    'a yarn workspace',
    {
      'package.json': manifest({ workspaces: { packages: ['site'] } }),
      'yarn.lock': '__metadata:\n  version: 8',
      'site/package.json': manifest({ name: 'site', scripts: { build: 'tsc', start: 'node dist/main.js' } }),
    },
    [
      'node',
      'Node',
      'yarn install --immutable',
      'yarn workspace site run build',
      'yarn workspace site run start',
      null,
      3000,
    ],
  ],
  [
    'FastAPI with pip',
    {
      'requirements.txt': 'fastapi[standard]\n',
      'main.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n',
      '.python-version': '3.12\n',
    },
    [
      'python',
      'Python 3.12',
      'python3 -m venv .venv && .venv/bin/pip install -r requirements.txt',
      null,
      `.venv/bin/uvicorn main:app --host \${HOST:-127.0.0.1} --port $PORT`,
      null,
      8000,
    ],
  ],
  [
    'Flask with uv and gunicorn',
    {
      'pyproject.toml': '[project]\nrequires-python = ">=3.11"\ndependencies = ["flask>=3", "gunicorn"]',
      'uv.lock': '',
      'app.py': 'app = Flask(__name__)',
    },
    [
      'python',
      'Python 3.11 or later',
      'uv sync --frozen --no-dev',
      null,
      `uv run gunicorn app:app --bind \${HOST:-127.0.0.1}:$PORT`,
      null,
      5000,
    ],
  ],
  [
    'Flask with pipenv',
    { Pipfile: '[packages]\nflask = "*"', 'Pipfile.lock': '{}', 'app.py': 'server = Flask("x")' },
    [
      'python',
      'Python',
      'pipenv sync',
      null,
      `pipenv run flask --app app:server run --host \${HOST:-127.0.0.1} --port $PORT`,
      null,
      5000,
    ],
  ],
  [
    'Django with poetry',
    {
      'pyproject.toml': '[tool.poetry.dependencies]\ndjango = "^5"\ngunicorn = "*"\n',
      'poetry.lock': '',
      'manage.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")',
      'shop/wsgi.py': 'application = get_wsgi_application()',
      'shop/settings.py': 'STATIC_ROOT = BASE_DIR / "static"',
    },
    [
      'python',
      'Python',
      'poetry install --no-root --only main',
      'poetry run python manage.py collectstatic --noinput',
      `poetry run gunicorn shop.wsgi --bind \${HOST:-127.0.0.1}:$PORT`,
      null,
      8000,
    ],
  ],
  [
    'a plain script with pdm',
    {
      'pyproject.toml': '[project]\n',
      'pdm.lock': '',
      'main.py': 'HTTPServer(("", int(os.environ.get("PORT", "9001"))))',
    },
    ['python', 'Python', 'pdm install --prod --frozen-lockfile', null, 'pdm run python main.py', null, 9001],
  ],
  [
    'a plain script',
    { 'server.py': 'import os' },
    ['python', 'Python', null, null, 'python3 server.py', null, 8000],
  ],
  [
    'Deno by its tasks',
    {
      'deno.jsonc':
        '{ // tasks\n "tasks": { "start": "deno run -A main.ts", "build": "x", }, "imports": { "a": "npm:a" } }',
      'main.ts': 'Deno.serve({ port: 8001 }, x)',
    },
    ['deno', 'Deno', 'deno install', 'deno task build', 'deno task start', null, 8001],
  ],
  [
    'Deno by its main file',
    { 'deno.json': '{}', 'main.ts': 'x' },
    ['deno', 'Deno', null, null, 'deno run --allow-net --allow-env --allow-read main.ts', null, 8000],
  ],
  [
    'a shell script',
    { 'start.sh': `#!/usr/bin/env bash\nexec ./serve --port \${PORT:-7000}\n` },
    ['shell', null, null, null, 'exec bash start.sh', null, 7000],
  ],
  ['a page in public/', { 'public/index.html': '' }, ['static', null, null, null, null, 'public', null]],
  ['a page in dist/', { 'dist/index.html': '' }, ['static', null, null, null, null, 'dist', null]],
]

test.each([
  ['Vite', { 'package.json': manifest(vite) }, { value: 'index.html', origin: 'usual for Vite' }],
  ['plain files', { 'index.html': '' }, null],
  ['Astro', { 'package.json': manifest({ dependencies: { astro: '5' } }) }, null],
  [
    'SvelteKit',
    {
      'package.json': manifest({
        devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-static': '3' },
      }),
      'svelte.config.js': "adapter({ fallback: '200.html' })",
    },
    { value: '200.html', origin: 'svelte.config.js fallback' },
  ],
])('the page that answers for those that are no file: %s', async (_, fixture, fallback) => {
  expect((await decidePlan(filesOf(fixture as unknown as Fixture))).fallback).toEqual(fallback)
})

describe('the plan is found for', () => {
  test.each(table)('%s', async (_, fixture, expected) => {
    expect(brief(await decidePlan(filesOf(fixture)))).toEqual(expected)
  })
})

const portTable: readonly (readonly [line: string, port: number, isFixed: boolean])[] = [
  ['app.listen(3001, () => {})', 3001, true],
  ['app.listen(process.env.PORT || 3002)', 3002, false],
  ["app.listen(parseInt(process.env.PORT ?? '3003', 10))", 3003, false],
  ['const port = process.env.PORT ? Number(process.env.PORT) : 3004', 3004, false],
  ['const { PORT = 3005 } = process.env', 3005, false],
  ["const PORT = process.env['PORT'] || 3006", 3006, false],
  ['const PORT = 3007', 3007, true],
  ['export const config = { port: 3008 }', 3008, true],
  ['Bun.serve({ port: 3009, fetch })', 3009, true],
  ['await app.listen({ port: 3010, host })', 3010, true],
  ['serve({ fetch: app.fetch, port: Number(process.env.PORT) || 3011 })', 3011, false],
  ["const db = { port: 5432 }, url = 'localhost:6379'", 3000, false],
]

describe('the port of a Node app is read from', () => {
  test.each(portTable)('%s', async (line, port, isFixed) => {
    const plan = await decidePlan(filesOf({ 'package.json': manifest(start), 'server.js': `\n${line}` }))
    const origin = port === 3000 ? 'usual for Node' : 'server.js line 2'
    expect([plan.port, plan.notes.length]).toEqual([{ value: port, origin }, isFixed ? 1 : 0])
  })

  test('the start script, which counts more than the code', async () => {
    const scripts = { start: 'PORT=4100 node server.js' }
    const plan = await decidePlan(
      filesOf({ 'package.json': manifest({ scripts }), 'server.js': 'listen(process.env.PORT || 3000)' }),
    )
    expect([plan.port, plan.notes]).toEqual([
      { value: 4100, origin: 'package.json scripts.start' },
      [
        'The app seems to listen on port 4100 whatever PORT says (package.json scripts.start). It is stopped before its successor starts, so every deploy has a short break.',
      ],
    ])
  })
})

const nodeTable: readonly (readonly [about: string, fixture: Fixture, runtime: string, tool: unknown[]])[] = [
  ['.nvmrc', { '.nvmrc': 'v22.11.0\n' }, 'Node 22.11.0', ['v22.11.0', '.nvmrc', true]],
  ['.nvmrc with a remark', { '.nvmrc': '# LTS\n22 # jod\n' }, 'Node 22', ['22', '.nvmrc', true]],
  ['.nvmrc by name', { '.nvmrc': 'lts/Iron' }, 'Node lts/Iron', ['20', '.nvmrc', true]],
  ['any long-term version', { '.nvmrc': 'lts/*' }, 'Node lts/*', ['22 || 24 || 26', '.nvmrc', true]],
  ['whatever Node there is', { '.nvmrc': 'node' }, 'Node node', []],
  ['.node-version', { '.node-version': '20' }, 'Node 20', ['20', '.node-version', true]],
  [
    'volta',
    { 'package.json': manifest({ ...start, volta: { node: '20.11.1' } }) },
    'Node 20.11.1',
    ['20.11.1', 'package.json volta.node', true],
  ],
  [
    'engines',
    { 'package.json': manifest({ ...start, engines: { node: '>=18 <21' } }) },
    'Node >=18 <21',
    ['>=18 <21', 'package.json engines.node', false],
  ],
  [
    'a file, which says more than engines',
    { 'package.json': manifest({ ...start, engines: { node: '>=18' } }), '.nvmrc': '24' },
    'Node 24',
    ['24', '.nvmrc', true],
  ],
  [
    'the root of a workspace',
    {
      '.nvmrc': '24',
      'package.json': manifest({ workspaces: ['web'] }),
      'web/package.json': manifest({ ...start, engines: { node: '>=18' } }),
    },
    'Node 24',
    ['24', '.nvmrc', true],
  ],
  ['nothing', {}, 'Node', []],
]

test.each(nodeTable)('the version of Node is read from %s', async (_, fixture, runtime, tool) => {
  const plan = await decidePlan(filesOf({ 'package.json': manifest(start), ...fixture }))
  expect(plan.runtime?.value).toBe(runtime)
  expect(plan.tools?.flatMap(one => [one.range, one.origin, one.isPinned]) ?? []).toEqual(tool)
})

test.each([
  ['pnpm@9.1.0', { name: 'pnpm', range: '9.1.0' }],
  ['yarn@4.1.0+sha256.abc', { name: 'yarn', range: '4.1.0' }],
  ['bun@1.2.0', { name: 'bun', range: '1.2.0' }],
  ['npm@10.0.0', undefined],
  ['pnpm', undefined],
])('packageManager pins the package manager: %s', async (packageManager, tool) => {
  const plan = await decidePlan(filesOf({ 'package.json': manifest({ ...start, packageManager }) }))
  expect(plan.tools).toEqual(
    tool && [{ ...tool, origin: 'package.json packageManager', isPinned: true, fetched: null }],
  )
})

const otherPorts: readonly (readonly [text: string, fixture: Fixture, port: number, origin: string])[] = [
  [
    'the start script of Next.js',
    { 'package.json': manifest({ scripts: { start: 'next start -p 4001' }, dependencies: { next: '16' } }) },
    4001,
    'package.json scripts.start',
  ],
  [
    'a Flask app that is run by hand',
    { 'requirements.txt': 'flask', 'app.py': 'app = Flask(__name__)\napp.run(debug=True, port=5001)' },
    5001,
    'app.py line 2',
  ],
  [
    'uvicorn.run',
    {
      'requirements.txt': 'fastapi\nuvicorn',
      'main.py': 'app = FastAPI()\nuvicorn.run(app, host="0.0.0.0", port=8123)',
    },
    8123,
    'main.py line 2',
  ],
  [
    'the address of a Python server',
    { 'main.py': 'server = HTTPServer(("0.0.0.0", 8901), Handler)' },
    8901,
    'main.py line 1',
  ],
  ['gin', { 'go.mod': 'module x', 'main.go': `${goMain}r.Run(":8081")` }, 8081, 'main.go line 4'],
  [
    'a Go listener',
    { 'go.mod': 'module x', 'main.go': `${goMain}l, err := net.Listen("tcp", "0.0.0.0:8082")` },
    8082,
    'main.go line 4',
  ],
  [
    'a Go default for PORT',
    { 'go.mod': 'module x', 'main.go': `${goMain}addr := cmp.Or(os.Getenv("PORT"), "8083")` },
    8083,
    'main.go line 4',
  ],
  [
    'a Deno server',
    { 'deno.json': '{}', 'main.ts': '\nDeno.serve({ port: 8084 }, handle)' },
    8084,
    'main.ts line 2',
  ],
  ['a Procfile', { Procfile: 'web: gunicorn app --bind 0.0.0.0:8085' }, 8085, 'Procfile line 1'],
  ['a Dockerfile', { Dockerfile: 'FROM x\nEXPOSE 8086' }, 8086, 'Dockerfile line 2'],
  ['a shell script', { 'start.sh': 'exec ./app --listen=:8087' }, 8087, 'start.sh line 1'],
]

test.each(otherPorts)('the port is read from %s', async (_, fixture, value, origin) => {
  expect((await decidePlan(filesOf(fixture))).port).toEqual({ value, origin })
})

test('a Procfile with a worker line alone is a worker; beside a web line it is an app of its own', async () => {
  const alone = await decidePlan(filesOf({ Procfile: 'worker: bin/queue' }))
  expect(alone.worker).toEqual({ value: true, origin: 'Procfile line 1' })
  const both = await decidePlan(filesOf({ Procfile: 'web: bin/web\nworker: bin/queue' }))
  expect(both.worker).toBeUndefined()
  expect(both.notes).toEqual([
    'The worker of Procfile line 2 is an app of its own: deploy the repository once more, as a worker that starts with "bin/queue".',
  ])
})

describe('the folder of the app', () => {
  const api = { 'api/package.json': manifest(start), 'api/server.js': '' }
  const page = { 'site/index.html': '' }
  const planOf = (fixture: Fixture, root?: string) => decidePlan(filesOf(fixture), { root })
  const refusal = (fixture: Fixture, root?: string) => planOf(fixture, root).then(() => undefined, toFailure)

  test('is the one that the person chose', async () => {
    const plan = await planOf({ ...page, ...api, 'package.json': manifest(start) }, './api/')
    expect([plan.root, ...brief(plan)]).toEqual([
      'api',
      'node',
      'Node',
      null,
      null,
      'node server.js',
      null,
      3000,
    ])
  })

  test('that the person chose wins over the one in slipway.json, whose fields are about another app', async () => {
    const file = { 'slipway.json': manifest({ folder: 'site', start: './serve' }) }
    expect((await planOf({ ...file, ...page, ...api })).start?.value).toBe('./serve')
    expect((await planOf({ ...file, ...page, ...api }, 'api')).start?.value).toBe('node server.js')
    expect((await planOf({ ...file, ...page, ...api }, 'site')).start?.value).toBe('./serve')
    expect((await planOf({ ...file, ...page, 'index.html': '' }, '')).start).toBe(null)
  })

  test('may have a slipway.json of its own', async () => {
    const plan = await planOf({ ...api, 'api/slipway.json': manifest({ start: 'node other.js' }) }, 'api')
    expect([plan.root, plan.start]).toEqual(['api', { value: 'node other.js', origin: 'slipway.json' }])
  })

  test('in a workspace is built from the root of the workspace', async () => {
    const fixture = {
      'package.json': manifest({ workspaces: ['apps/*'] }),
      'apps/web/package.json': manifest({ name: 'web', ...start }),
      'apps/admin/package.json': manifest({ name: 'admin', ...start }),
    }
    const plan = await planOf(fixture, 'apps/admin')
    expect([plan.root, plan.install?.value, plan.start?.value, plan.notes]).toEqual([
      '.',
      'npm install',
      'npm run start --workspace apps/admin',
      [],
    ])
  })

  test('that is not there is named', async () => {
    expect(await refusal(api, 'web')).toMatchObject({
      code: 'plan_not_recognised',
      message: 'There is no folder web in the repository.',
    })
  })

  test('is offered where the top is no app', async () => {
    const fixture = { ...page, ...api, 'README.md': '', 'node_modules/x/package.json': manifest(start) }
    expect(await refusal(fixture)).toMatchObject({
      code: 'plan_not_recognised',
      message: 'There is no app at the top of the repository. There are some below it: api, site.',
      folders: ['api', 'site'],
    })
  })

  test('is one of those that are listed: down to two levels, plain files only where the top is no app', async () => {
    const fixture = {
      ...page,
      ...api,
      'services/mail/go.mod': 'module mail',
      'services/mail/main.go': goMain,
      'a/b/c/index.html': '',
    }
    expect(await listApps(filesOf(fixture), tryAll)).toEqual(['api', 'services/mail', 'site'])
    const top = { ...fixture, 'package.json': manifest(start) }
    expect(await listApps(filesOf(top), tryAll)).toEqual(['.', 'api', 'services/mail'])
  })
})

test.each([
  ['alone', { start: 'node server.js' }, 'node server.js'],
  [
    'with settings',
    { start: 'NODE_ENV=production node --enable-source-maps server.js' },
    'NODE_ENV=production node --enable-source-maps server.js',
  ],
  ['after another script', { prestart: 'echo', start: 'node server.js' }, 'npm start'],
  ['with another command', { start: 'node migrate.js && node server.js' }, 'npm start'],
  ['with a variable of npm', { start: 'node server.js $npm_package_version' }, 'npm start'],
  ['as an argument', { start: 'nodemon node server.js' }, 'npm start'],
])('a start script that only starts Node is started without npm: Node %s', async (_, scripts, command) => {
  const plan = await decidePlan(filesOf({ 'package.json': manifest({ scripts }) }))
  expect(plan.start).toEqual({ value: command, origin: 'package.json scripts.start' })
})

test('several Go programs are named, and the one like the module is built', async () => {
  const plan = await decidePlan(
    filesOf({
      'go.mod': 'module example.com/blog\n',
      'cmd/admin/main.go': goMain,
      'cmd/blog/main.go': goMain,
    }),
  )
  expect([plan.build, plan.notes]).toEqual([
    { value: 'go build -o ./bin/app ./cmd/blog', origin: 'cmd/blog/main.go' },
    [
      'There are several programs in cmd/: admin, blog. This builds blog; change the build command for another.',
    ],
  ])
})

describe('nothing is recognised in', () => {
  test.each([
    ['an empty repository', {}, 'Slipway does not see how to build and start this repository.'],
    [
      'a library',
      { 'package.json': '{"name":"x"}' },
      'Slipway does not see how to build and start this repository.',
    ],
    [
      'a Go library',
      { 'go.mod': 'module x', 'x.go': 'package x' },
      'Slipway does not see how to build and start this repository.',
    ],
    ['a broken package.json', { 'package.json': '{' }, 'The package.json of the repository cannot be read.'],
  ] as const)('%s', async (_, fixture, message) => {
    const failure = await decidePlan(filesOf(fixture)).then(() => undefined, toFailure)
    expect(failure).toMatchObject({ code: 'plan_not_recognised', message })
  })
})

test('a folder is read without following links out of it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'slipway-plan-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  await writeFiles(root, { 'outside.html': 'x', 'app/public/index.html': 'x', 'app/package.json': '{}' })
  await symlink('../outside.html', join(root, 'app/index.html'))
  const plan = await detectPlan(join(root, 'app'))
  expect(brief(plan)).toEqual(['static', null, null, null, null, 'public', null])
})

test('the sample app is a Node app that needs no install', async () => {
  const plan = await detectPlan(join(import.meta.dirname, '../../../resources/samples/hello'))
  expect(brief(plan)).toEqual(['node', 'Node 20 or later', null, null, 'node server.js', null, 3000])
})

describe('a Dockerfile of the repository', () => {
  const stages = 'FROM node:24 AS base\nFROM base AS web\nEXPOSE 3000\nFROM base AS worker\nEXPOSE 9000\n'
  const app = { 'package.json': manifest(start), 'docker/web.Dockerfile': stages }

  test('may lie elsewhere, and is taken where it is named', async () => {
    const plan = await decidePlan(filesOf(app), { dockerfile: 'docker/web.Dockerfile', target: 'WEB' })
    expect(brief(plan)).toEqual(['dockerfile', 'base', null, null, null, null, 3000])
    expect([plan.label, plan.port?.origin, plan.dockerfile?.context.value]).toEqual([
      'docker/web.Dockerfile',
      'docker/web.Dockerfile line 3',
      '.',
    ])
    const failure = await decidePlan(filesOf(app), { dockerfile: 'other' }).then(() => undefined, toFailure)
    expect(failure?.message).toBe('There is no file other in the folder of the app.')
  })

  test('is left alone where none is wanted', async () => {
    const plan = await decidePlan(filesOf({ ...app, Dockerfile: stages }), { dockerfile: '' })
    expect(plan.kind).toBe('node')
  })

  test('copies from the folder of the app, unless another is said', async () => {
    const below = Object.fromEntries(Object.entries(app).map(([path, text]) => [`apps/web/${path}`, text]))
    const choice = { root: 'apps/web', dockerfile: 'docker/web.Dockerfile' }
    expect((await decidePlan(filesOf(below), choice)).dockerfile?.context.value).toBe('apps/web')
    const file = { 'apps/web/slipway.json': JSON.stringify({ context: '' }) }
    const plan = await decidePlan(filesOf({ ...below, ...file }), choice)
    expect(plan.dockerfile?.context).toEqual({ value: '.', origin: 'slipway.json' })
    expect(withEdits(plan, { context: 'apps' }, null).dockerfile?.context).toEqual({
      value: 'apps',
      origin: 'set by you',
    })
  })

  test('is described by slipway.json, over which the person says more', async () => {
    const file = {
      dockerfile: 'docker/web.Dockerfile',
      target: 'worker',
      arguments: { VERSION: '1', MODE: 'fast' },
      keep: ['data'],
    }
    const plan = await decidePlan(filesOf({ ...app, 'slipway.json': JSON.stringify(file) }))
    expect(plan.port?.value).toBe(9000)
    expect(plan.notes).toEqual([
      'slipway.json asks to keep data. That has no effect here: an app that its Dockerfile builds runs in a container, whose files end with it.',
    ])
    expect(toPlanFile(plan)).toEqual({ ...file, port: 9000 })
    const edited = withEdits(plan, { target: '', arguments: { VERSION: '2' } }, null)
    expect(edited.dockerfile).toMatchObject({
      target: null,
      arguments: {
        VERSION: { value: '2', origin: 'set by you' },
        MODE: { value: 'fast', origin: 'slipway.json' },
      },
    })
  })
})

describe('slipway.json', () => {
  const planOf = (file: unknown, others: Fixture = {}) =>
    decidePlan(filesOf({ ...others, 'slipway.json': typeof file === 'string' ? file : JSON.stringify(file) }))

  test('wins over what is found, field by field', async () => {
    const app = { 'package.json': manifest({ scripts: { build: 'tsc', start: 'node server.js' } }) }
    const plan = await planOf({ build: '', start: 'node other.js', port: 4321 }, app)
    expect(brief(plan)).toEqual(['node', 'Node', null, null, 'node other.js', null, 4321])
    expect([plan.start?.origin, plan.port?.origin]).toEqual(['slipway.json', 'slipway.json'])
  })

  test('says where the app is asked whether it is ready', async () => {
    const app = { 'index.js': '', 'package.json': manifest({}) }
    const plan = await planOf({ healthPath: '/healthz' }, app)
    expect(plan.healthPath).toEqual({ value: '/healthz', origin: 'slipway.json' })
    expect((await planOf(toPlanFile(plan), app)).healthPath).toEqual(plan.healthPath)
    expect((await planOf({}, app)).healthPath).toBeUndefined()
  })

  test('names the folder of the app', async () => {
    const plan = await planOf({ folder: './apps/web/' }, { 'apps/web/public/index.html': '' })
    expect([plan.root, ...brief(plan)]).toEqual([
      'apps/web',
      'static',
      null,
      null,
      null,
      null,
      'public',
      null,
    ])
  })

  test('is a plan by itself where nothing else is', async () => {
    expect(brief(await planOf({ build: 'make', start: './server' }))).toEqual([
      'shell',
      null,
      null,
      'make',
      './server',
      null,
      null,
    ])
    expect(brief(await planOf({ output: 'site', fallback: 'index.html' }))[5]).toBe('site')
  })

  test.each([
    ['{', 'It is no JSON.'],
    [{ prot: 1 }, 'prot'],
    [{ port: 0 }, 'port: '],
    [{ healthPath: 'healthz' }, 'healthPath: is no path: it begins with /'],
    [{ folder: '../up' }, 'folder: is no folder inside of the repository'],
    [{ folder: '/etc' }, 'folder: is no folder inside of the repository'],
    [{ start: 5 }, 'start: '],
  ])('that cannot be followed fails and names the field: %j', async (file, why) => {
    const failure = await planOf(file, { 'index.html': '' }).then(() => undefined, toFailure)
    expect(failure).toMatchObject({ code: 'plan_not_recognised', message: expect.stringContaining(why) })
  })

  test('that is written from a plan gives the plan again', async () => {
    const fixture = { 'package.json': manifest({ ...vite, ...lib }), 'package-lock.json': '{}' }
    const plan = await decidePlan(filesOf(fixture))
    const again = await planOf(toPlanFile(plan), fixture)
    expect(brief(again)).toEqual(brief(plan))
    expect(again.fallback?.value).toBe('index.html')
  })

  test('has the schema that is published', async () => {
    const published = await readFile(join(import.meta.dirname, '../../../docs/slipway.schema.json'), 'utf8')
    expect(JSON.parse(published)).toEqual({ title: 'slipway.json', ...z.toJSONSchema(planFileSchema) })
  })
})
