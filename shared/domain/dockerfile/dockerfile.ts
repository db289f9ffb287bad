import type { Plan } from '../plan.ts'
import { type BaseImage, toBaseImage } from './base-image.ts'
import { staticCommand, staticImage, toStaticServer } from './static-site.ts'

/** A number, so that a cluster can tell that it is not root. */
const user = 1000
const usualPort = 8080

/** What a build in a cluster adds to the Dockerfile that a person can take away. */
export interface BuildExtras {
  /** Names of secrets that the commands get as their environment. */
  readonly variables: readonly string[]
  /** Those that every command gets, such as the address of a package registry. */
  readonly environment: readonly string[]
  /** Names of secrets that every command finds as files in /run/secrets, such as certificates. */
  readonly files: readonly string[]
  /** A file of the build context `slipway` that changes with the variables, so that what was built with others is not taken. */
  readonly stamp: string | undefined
}

const noExtras: BuildExtras = { variables: [], environment: [], files: [], stamp: undefined }

/**
 * The plan as a Dockerfile: the same commands, in `/app`, run as a user without rights who finds the port in PORT. Undefined for
 * a repository that has a Dockerfile, and for an image.
 */
export function toDockerfile(plan: Plan, extras: BuildExtras = noExtras): string | undefined {
  if (plan.kind === 'dockerfile' || plan.kind === 'image') return undefined
  const lines = plan.start === null ? toSite(plan, extras) : toServer(plan, plan.start.value, extras)
  return `${lines.join('\n')}\n`
}

function toServer(plan: Plan, start: string, extras: BuildExtras): string[] {
  const base = toBaseImage(plan)
  const port = plan.port?.value ?? usualPort
  const environment = [
    ...(base.image.startsWith('node') ? ['NODE_ENV=production'] : []),
    ...['HOST=0.0.0.0', `PORT=${port}`, 'HOME=/tmp'],
  ]
  return [
    ...toBuildStage(plan, base, extras),
    '',
    // Of a compiled program the compiler is left behind.
    `FROM ${base.isCompiler ? 'debian:bookworm-slim' : 'base'} AS app`,
    'WORKDIR /app',
    ...(base.isCompiler ? ['COPY --from=build /etc/ssl/certs /etc/ssl/certs'] : []),
    ...toAppCopies(plan, base),
    `ENV ${environment.join(' ')}`,
    `EXPOSE ${port}`,
    `USER ${user}:${user}`,
    `CMD ${toCommand(start)}`,
  ]
}

/**
 * Packages are many files that few builds change, so they have a layer of their own, which is then neither made nor sent again.
 * A pattern matches nothing where there are none; a plain path would be an error.
 */
function toAppCopies(plan: Plan, { packageFolder }: BaseImage): string[] {
  const flags = `--from=build --chown=${user}:${user}`
  if (isInstalledAlone(plan)) return [`COPY ${flags} /app ./`, `COPY --chown=${user}:${user} . .`]
  if (plan.install === null || packageFolder === undefined) return [`COPY ${flags} /app ./`]
  const pattern = packageFolder.replace(/.$/, '[$&]')
  return [
    `COPY ${flags} /app/${pattern} ./${packageFolder}/`,
    `COPY ${flags} --exclude=${packageFolder} /app ./`,
  ]
}

function toSite(plan: Plan, extras: BuildExtras): string[] {
  const isBuilt = plan.install !== null || plan.build !== null
  const output = toPath(plan.output?.value ?? '.')
  const port = plan.port?.value ?? usualPort
  return [
    ...(isBuilt ? [...toBuildStage(plan, toBaseImage(plan), extras), ''] : []),
    `FROM ${staticImage} AS app`,
    ...toStaticServer(plan.fallback?.value ?? null),
    isBuilt ? toCopy('--from=build ', [toPath(`/app/${output}`)], '/srv/') : toCopy('', [output], '/srv/'),
    `ENV PORT=${port}`,
    `EXPOSE ${port}`,
    `USER ${user}:${user}`,
    `CMD ${toJson(staticCommand)}`,
  ]
}

function toBuildStage(plan: Plan, base: BaseImage, extras: BuildExtras): string[] {
  const { install, build, packages = [], reads = [] } = plan
  const environment = Object.entries(base.environment).map(([name, value]) => `${name}=${value}`)
  const caches = base.caches.map(path => `--mount=type=cache,target=${path}`)
  const isStamped = extras.stamp !== undefined && extras.variables.length > 0
  const stamp = isStamped ? [`--mount=from=slipway,source=${extras.stamp},target=/run/slipway`] : []
  const files = extras.files.map(name => `--mount=type=secret,id=${name}`)
  const run = (command: string, secrets: readonly string[], mounts: readonly string[] = []) =>
    `RUN ${[...caches, ...mounts, ...files, ...toSecretMounts(secrets), toShell(command)].join(' ')}`
  const runPlanned = (command: string) => run(command, [...extras.environment, ...extras.variables], stamp)
  const isEarly = install !== null && reads.length > 0
  const isAlone = isInstalledAlone(plan)
  return [
    `FROM ${base.image} AS base`,
    ...(environment.length === 0 ? [] : [`ENV ${environment.join(' ')}`]),
    ...(packages.length === 0
      ? []
      : [run(`${base.packageCommand} ${packages.join(' ')}`, extras.environment)]),
    '',
    'FROM base AS build',
    'WORKDIR /app',
    ...(isEarly ? [toCopy('', reads, './'), runPlanned(install.value)] : []),
    ...(isAlone ? [] : ['COPY . .']),
    ...(install === null || isEarly ? [] : [runPlanned(install.value)]),
    ...(build === null ? [] : [runPlanned(build.value)]),
  ]
}

/** Nothing but what is installed is made from the code: it comes last, and straight into the image. */
const isInstalledAlone = ({ install, build, start, reads = [] }: Plan): boolean =>
  start !== null && install !== null && build === null && reads.length > 0

const toSecretMounts = (names: readonly string[]): string[] =>
  [...new Set(names)].map(name => `--mount=type=secret,id=${name},env=${name}`)

const toJson = (command: string): string => JSON.stringify(['/bin/sh', '-c', command])

/** A command that a Dockerfile would take for something else is written as a list. */
const toShell = (command: string): string =>
  /\n|<<|^\s*(?:\[|--)|\\$/.test(command) ? toJson(command) : command

/** One simple command becomes the process itself, which then gets the signal to end; anything else stays the shell's. */
function toCommand(start: string): string {
  const isSimple =
    /^[\w./@-]+(?:\s+[^&|;<>()`\n]*)?$/.test(start) && !/^(?:exec|cd|export|source|\.)\s/.test(start)
  return toJson(isSimple ? `exec ${start}` : start)
}

const toCopy = (flags: string, from: readonly string[], to: string): string =>
  [...from, to].some(path => /[\s"[\]]/.test(path))
    ? `COPY ${flags}${JSON.stringify([...from, to])}`
    : `COPY ${flags}${from.join(' ')} ${to}`

/** Without what changes nothing. */
const toPath = (path: string): string =>
  path
    .replace(/\/(?:\.\/)+/g, '/')
    .replace(/(?:\/\.)?\/*$/, '')
    .replace(/^\.\//, '') || '.'
