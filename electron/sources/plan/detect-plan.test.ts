import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { toFailure } from '../../../shared/domain/failure.ts'
import type { Plan } from '../../../shared/domain/plan.ts'
import { writeFiles } from '../../../tests/support/git-server.ts'
import { decidePlan, detectPlan } from './detect-plan.ts'
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
    start: { value: 'pnpm run start', origin: 'package.json scripts.start' },
    output: null,
    port: { value: 4000, origin: 'src/server.ts line 2' },
    notes: [],
  })
})

const start = { scripts: { start: 'node server.js' } }
const lib = { dependencies: { express: '5' } }
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
    'a Procfile without a web line says nothing',
    { Procfile: 'worker: x', 'index.html': '' },
    ['static', null, null, null, null, '.', null],
  ],
  [
    'npm with a lockfile',
    { 'package.json': manifest({ ...start, ...lib }), 'package-lock.json': '{}' },
    ['node', 'Node', 'npm ci', null, 'npm start', null, 3000],
  ],
  [
    'npm without a lockfile',
    { 'package.json': manifest({ ...start, ...lib, engines: { node: '20.x' } }) },
    ['node', 'Node 20', 'npm install', null, 'npm start', null, 3000],
  ],
  [
    'nothing to install',
    { 'package.json': manifest(start), '.nvmrc': 'v20.11.0\n' },
    ['node', 'Node 20.11.0', null, null, 'npm start', null, 3000],
  ],
  [
    'yarn 1',
    { 'package.json': manifest({ ...start, ...lib }), 'yarn.lock': '# yarn lockfile v1' },
    ['node', 'Node', 'yarn install --frozen-lockfile', null, 'yarn run start', null, 3000],
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
    ['node', 'Node', 'npm install', 'npm run build', 'npm start', null, 5050],
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
  ['a page in public/', { 'public/index.html': '' }, ['static', null, null, null, null, 'public', null]],
  ['a page in dist/', { 'dist/index.html': '' }, ['static', null, null, null, null, 'dist', null]],
]

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
  expect(brief(plan)).toEqual(['node', 'Node 20 or later', null, null, 'npm start', null, 3000])
})
