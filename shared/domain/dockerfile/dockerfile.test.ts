import { describe, expect, test } from 'vitest'
import type { Plan } from '../plan.ts'
import { toDockerfile } from './dockerfile.ts'

const found = (value: string) => ({ value, origin: 'test' })
const planOf = (part: Partial<Plan>): Plan => ({
  kind: 'node',
  label: 'Node (npm)',
  root: '.',
  runtime: found('Node'),
  install: null,
  build: null,
  start: found('npm start'),
  output: null,
  fallback: null,
  port: { value: 3000, origin: 'test' },
  notes: [],
  ...part,
})
const linesOf = (plan: Plan): string[] => toDockerfile(plan)?.split('\n') ?? []
const line = (plan: Plan, begin: string): string | undefined =>
  linesOf(plan).find(one => one.startsWith(begin))

describe('a plan as a Dockerfile', () => {
  test('installs before the code comes, builds, and runs as a number that is not root', () => {
    const plan = planOf({
      runtime: found('Node 22'),
      install: found('npm ci'),
      build: found('npm run build'),
      reads: ['package.json', 'package-lock.json'],
    })
    expect(toDockerfile(plan)).toBe(`FROM node:22-slim AS base

FROM base AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN --mount=type=cache,target=/root/.npm npm run build

FROM base AS app
WORKDIR /app
COPY --from=build --chown=1000:1000 /app/node_module[s] ./node_modules/
COPY --from=build --chown=1000:1000 --exclude=node_modules /app ./
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 HOME=/tmp
EXPOSE 3000
USER 1000:1000
CMD ["/bin/sh","-c","exec npm start"]
`)
  })

  test('without a build, the code comes last, on top of what was installed', () => {
    const plan = planOf({ install: found('npm ci'), reads: ['package.json', 'package-lock.json'] })
    expect(linesOf(plan).filter(one => /^(?:FROM|COPY|RUN)/.test(one))).toEqual([
      'FROM node:24-slim AS base',
      'FROM base AS build',
      'COPY package.json package-lock.json ./',
      'RUN --mount=type=cache,target=/root/.npm npm ci',
      'FROM base AS app',
      'COPY --from=build --chown=1000:1000 /app ./',
      'COPY --chown=1000:1000 . .',
    ])
  })

  test('leaves the compiler behind', () => {
    const plan = planOf({
      kind: 'go',
      runtime: found('Go 1.22'),
      install: found('go mod download'),
      build: found('go build -o ./bin/app .'),
      start: found('./bin/app'),
      reads: ['go.mod', 'go.sum'],
    })
    expect(linesOf(plan).filter(one => /^(?:FROM|ENV|COPY|CMD)/.test(one))).toEqual([
      'FROM golang:1 AS base',
      'ENV CGO_ENABLED=0',
      'FROM base AS build',
      'COPY go.mod go.sum ./',
      'COPY . .',
      'FROM debian:bookworm-slim AS app',
      'COPY --from=build /etc/ssl/certs /etc/ssl/certs',
      'COPY --from=build --chown=1000:1000 /app ./',
      'ENV HOST=0.0.0.0 PORT=3000 HOME=/tmp',
      'CMD ["/bin/sh","-c","exec ./bin/app"]',
    ])
  })

  test('serves the files of a build, with the page that answers for others', () => {
    const plan = planOf({
      install: found('npm ci'),
      build: found('npm run build'),
      start: null,
      output: found('dist'),
      fallback: found('index.html'),
      port: null,
    })
    expect(line(plan, 'FROM nginx')).toBe('FROM nginxinc/nginx-unprivileged:stable AS app')
    expect(line(plan, '    location / ')).toBe(
      '    location / { try_files $uri $uri.html $uri/index.html /index.html; }',
    )
    expect(line(plan, 'COPY --from=build')).toBe('COPY --from=build /app/dist /srv/')
    expect(line(plan, 'USER')).toBe('USER 1000:1000')
    expect(line(plan, 'ENV')).toBe('ENV PORT=8080')
  })

  test('of plain files has no build', () => {
    const plan = planOf({ kind: 'static', runtime: null, start: null, output: found('.') })
    expect(linesOf(plan).filter(one => /^(?:FROM|COPY [^<])/.test(one))).toEqual([
      'FROM nginxinc/nginx-unprivileged:stable AS app',
      'COPY . /srv/',
    ])
    expect(line(plan, '    location / ')).toContain('=404')
  })

  test('is none for a repository that has one', () => {
    expect(toDockerfile(planOf({ kind: 'dockerfile' }))).toBeUndefined()
  })

  test.each([
    ['Node', 'node:24-slim'],
    ['Node 20', 'node:20-slim'],
    ['Node 20.11.1', 'node:20-slim'],
    ['Node lts/jod', 'node:22-slim'],
    ['Node lts/*', 'node:24-slim'],
    ['Node 18 or later', 'node:24-slim'],
    ['Node 26 or later', 'node:26-slim'],
    ['Python', 'python:3-slim'],
    ['Python 3.11.4', 'python:3.11-slim'],
    ['Python 3.9 or later', 'python:3-slim'],
    ['Go 1.21', 'golang:1'],
    ['Deno', 'denoland/deno:debian'],
  ])('%s is built in %s', (runtime, image) => {
    expect(line(planOf({ runtime: found(runtime) }), 'FROM')).toBe(`FROM ${image} AS base`)
  })

  test('a script without a runtime is run by a plain system', () => {
    expect(line(planOf({ kind: 'shell', runtime: null }), 'FROM')).toBe('FROM debian:bookworm-slim AS base')
  })

  test.each([
    ['Node', ['pnpm@9.1.0'], 'RUN --mount=type=cache,target=/root/.npm npm install --global pnpm@9.1.0'],
    [
      'Python',
      ['poetry'],
      'RUN --mount=type=cache,target=/root/.cache pip install --root-user-action=ignore poetry',
    ],
  ])('packages of %s are there for the build and for the app', (runtime, packages, run) => {
    expect(line(planOf({ runtime: found(runtime), packages }), 'RUN')).toBe(run)
  })

  test.each([
    ['npm start', 'exec npm start'],
    ['node server.js --port $PORT', 'exec node server.js --port $PORT'],
    ['cd apps/web && npm start', 'cd apps/web && npm start'],
    ['FOO=1 node server.js', 'FOO=1 node server.js'],
    ['exec sh start.sh', 'exec sh start.sh'],
    ['node a.js; node b.js', 'node a.js; node b.js'],
  ])('%s is started so that it gets the signal to end', (start, command) => {
    expect(line(planOf({ start: found(start) }), 'CMD')).toBe(
      `CMD ${JSON.stringify(['/bin/sh', '-c', command])}`,
    )
  })

  test.each(['a\nb', 'cat <<EOF', '[ -f x ]', '--version', 'echo \\'])('%j stays one command', command => {
    const plan = planOf({ runtime: null, build: found(command) })
    expect(line(plan, 'RUN')).toBe(`RUN ${JSON.stringify(['/bin/sh', '-c', command])}`)
  })

  test('a folder with a blank in its name is copied', () => {
    const plan = planOf({ kind: 'static', runtime: null, start: null, output: found('./my site/') })
    expect(linesOf(plan)).toContain('COPY ["my site","/srv/"]')
  })

  test('commands of a build get secrets as their environment; the app does not', () => {
    const plan = planOf({ install: found('npm ci'), packages: ['pnpm@9'], build: found('pnpm run build') })
    const text = toDockerfile(plan, {
      variables: ['API_KEY'],
      environment: ['NPM_CONFIG_REGISTRY'],
      files: ['build-ca'],
      stamp: 'stamp',
    })
    const registry = '--mount=type=secret,id=NPM_CONFIG_REGISTRY,env=NPM_CONFIG_REGISTRY'
    const ca = '--mount=type=secret,id=build-ca'
    const key = '--mount=type=secret,id=API_KEY,env=API_KEY'
    const cache = '--mount=type=cache,target=/root/.npm'
    const stamp = '--mount=from=slipway,source=stamp,target=/run/slipway'
    expect(text?.split('\n').filter(one => one.startsWith('RUN'))).toEqual([
      `RUN ${cache} ${ca} ${registry} npm install --global pnpm@9`,
      `RUN ${cache} ${stamp} ${ca} ${registry} ${key} npm ci`,
      `RUN ${cache} ${stamp} ${ca} ${registry} ${key} pnpm run build`,
    ])
  })
})
