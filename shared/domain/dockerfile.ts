import type { Plan } from './plan.ts'

/** Who runs the app: a number, so that a cluster can tell that it is not root. */
const user = 1000

/** The plan as a Dockerfile that the person can take away. For a plan that is a Dockerfile already: undefined. */
export function toDockerfile(plan: Plan, variables: readonly string[] = []): string | undefined {
  if (plan.kind === 'dockerfile' && plan.start === null) return undefined
  const lines = plan.start === null ? toStaticSite(plan, variables) : toServer(plan, variables)
  return `${lines.join('\n')}\n`
}

function toServer(plan: Plan, variables: readonly string[]): string[] {
  const base = toBase(plan)
  return [
    `FROM ${base.image} AS build`,
    ...toBuildLines(plan, variables),
    '',
    `FROM ${base.image}`,
    `WORKDIR /app`,
    `COPY --from=build --chown=${user}:${user} /app ./`,
    `ENV NODE_ENV=production HOST=0.0.0.0 HOME=/tmp PORT=${plan.port?.value ?? 8080}`,
    `EXPOSE ${plan.port?.value ?? 8080}`,
    `USER ${user}`,
    `CMD ${toCommand(plan.start?.value ?? '')}`,
  ]
}

function toStaticSite(plan: Plan, variables: readonly string[]): string[] {
  return [
    `FROM ${toBase(plan).image} AS build`,
    ...toBuildLines(plan, variables),
    '',
    'FROM nginxinc/nginx-unprivileged:stable',
    `COPY --from=build /app/${plan.output?.value ?? '.'} /usr/share/nginx/html`,
  ]
}

function toBuildLines(plan: Plan, variables: readonly string[]): string[] {
  const mounts = variables.map(name => `--mount=type=secret,id=${name},env=${name} `).join('')
  const run = (command: string) => `RUN ${mounts}${command}`
  return [
    'WORKDIR /app',
    'COPY . .',
    ...[plan.install, plan.build].flatMap(found => (found === null ? [] : [run(found.value)])),
  ]
}

function toBase(plan: Plan): { image: string } {
  switch (plan.kind) {
    case 'node':
      return { image: 'node:24-slim' }
    case 'go':
      return { image: 'golang:1' }
    default:
      return { image: 'debian:bookworm-slim' }
  }
}

const toCommand = (command: string): string => JSON.stringify(['/bin/sh', '-c', `exec ${command}`])
