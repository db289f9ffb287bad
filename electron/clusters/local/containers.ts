import { existsSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { type Failure, SlipwayError } from '../../../shared/domain/failure.ts'
import { toArguments } from '../../../shared/domain/own-dockerfile.ts'
import { type Plan, toOwnDockerfile } from '../../../shared/domain/plan.ts'
import { isOnPath, toChildEnvironment, toShellWord } from './environment.ts'
import { runProgram } from './run-program.ts'

export type Containers = ReturnType<typeof createContainers>

const programs = ['docker', 'podman'] as const
export type ContainerProgram = (typeof programs)[number]

/** Every container and image carries its deployment, so that what is left of one can be counted and removed. */
const label = 'slipway.deployment'

export const imageOf = (buildId: string): string => `slipway-${buildId}`
export const containerOf = (runName: string): string => `slipway-${runName}`

/** A plan that is built into an image and run in a container: its build command says by which program. */
export const isContainerPlan = (plan: Plan | null): boolean =>
  plan?.kind === 'image' || (plan?.kind === 'dockerfile' && plan.start === null)

/** An image that is there already, as a Dockerfile: so it bears our name and label, and goes without what others have of it. */
export const toImageDockerfile = (image: string): string => `FROM ${image}\n`
const imageDockerfile = 'Dockerfile'

export const toContainerProgram = (plan: Plan): ContainerProgram =>
  plan.build?.value.startsWith('podman ') ? 'podman' : 'docker'

const toCommand = (words: readonly string[]): string =>
  words.map(word => (/^[\w./:=,@-]+$/.test(word) ? word : toShellWord(word))).join(' ')

/**
 * Docker, or Podman where that is what there is. The commands run under a supervisor like any other, in the foreground:
 * the log is theirs, TERM goes through to the container, and values of variables come from the environment, never from
 * arguments.
 */
export function createContainers(deps: { environment: NodeJS.ProcessEnv; folder: string; graceMs: number }) {
  const env = toChildEnvironment(deps.environment)
  const path = env.PATH ?? ''
  const run = (program: ContainerProgram, args: readonly string[]) =>
    runProgram({ program, args, cwd: deps.folder, env, graceMs: deps.graceMs })

  /** The first that answers, else why none does. */
  const find = async (): Promise<ContainerProgram | Failure> => {
    const there = programs.filter(program => isOnPath(program, path))
    for (const program of there) {
      const { exitCode, lastLines } = await run(program, ['ps', '--quiet', '--filter', 'name=slipway-'])
      if (exitCode === 0) return program
      if (program === there.at(-1)) return notAnswering(there[0] ?? program, lastLines)
    }
    return notThere
  }

  /** What the program lists, one id a line; nothing where it does not answer. */
  const list = async (program: ContainerProgram, args: readonly string[]): Promise<string[]> => {
    const { exitCode, stdout } = await run(program, args)
    return exitCode === 0 ? [...new Set(stdout.split('\n').filter(line => line !== ''))] : []
  }
  const listContainers = (program: ContainerProgram, deploymentId: string) =>
    list(program, ['ps', '--all', '--quiet', '--filter', `label=${label}=${deploymentId}`])
  const listImages = (program: ContainerProgram, deploymentId: string) =>
    list(program, ['images', '--quiet', '--filter', `label=${label}=${deploymentId}`])
  /** Where no Dockerfile was ever built, nobody is asked for what is left of one. */
  const used = join(deps.folder, 'containers')
  const there = () => (existsSync(used) ? programs.filter(program => isOnPath(program, path)) : [])

  return {
    /** The plan with the command that builds its Dockerfile, or with why that cannot be done here. */
    async advise(plan: Plan): Promise<Plan> {
      if (!isContainerPlan(plan)) return plan
      const found = await find()
      if (typeof found === 'string') return toContainerPlan(plan, found)
      const { message, hint } = toPlanFailure(plan, found)
      return { ...plan, notes: [...plan.notes, `${message} ${hint}`] }
    },

    /** Throws `plan_unsupported` where there is nothing that builds a Dockerfile. */
    async prepare(plan: Plan): Promise<Plan> {
      if (!isContainerPlan(plan)) return plan
      const found = await find()
      if (typeof found === 'string') {
        writeFileSync(used, '')
        return toContainerPlan(plan, found)
      }
      throw new SlipwayError(toPlanFailure(plan, found))
    },

    /** Variables are secrets of the build: what a Dockerfile does not mount it does not see, and no layer keeps. */
    toBuildCommand(
      plan: Plan,
      build: { buildId: string; deploymentId: string; variables: readonly string[] },
    ): string {
      const words = [
        ...[toContainerProgram(plan), 'build', ...toBuildWords(plan), '--tag', imageOf(build.buildId)],
        ...['--label', `${label}=${build.deploymentId}`],
        ...build.variables.flatMap(name => ['--secret', `id=${name},env=${name}`]),
        toContext(plan),
      ]
      return toCommand(words)
    },

    toRunCommand(
      plan: Plan,
      run: {
        buildId: string
        deploymentId: string
        name: string
        port: number
        /** Inside of the container, where nobody else has it. */
        inside: number
        variables: readonly string[]
      },
    ): string {
      const { inside } = run
      const words = [
        ...[toContainerProgram(plan), 'run', '--rm', '--init', '--name', containerOf(run.name)],
        ...['--label', `${label}=${run.deploymentId}`, '--publish', `127.0.0.1:${run.port}:${inside}`],
        ...run.variables.flatMap(name => ['--env', name]),
        ...['--env', `PORT=${inside}`, imageOf(run.buildId)],
      ]
      return `exec ${toCommand(words)}`
    },

    /** The command in a container of the same image, in the place of what the image starts. */
    toOnceCommand(
      plan: Plan,
      run: {
        buildId: string
        deploymentId: string
        name: string
        command: string
        variables: readonly string[]
      },
    ): string {
      const words = [
        ...[toContainerProgram(plan), 'run', '--rm', '--init', '--name', containerOf(run.name)],
        ...['--label', `${label}=${run.deploymentId}`, '--entrypoint', '/bin/sh'],
        ...run.variables.flatMap(name => ['--env', name]),
        ...[imageOf(run.buildId), '-c', run.command],
      ]
      return `exec ${toCommand(words)}`
    },

    toShellWords: (plan: Plan, runName: string): [string, ...string[]] => [
      ...([toContainerProgram(plan), 'exec', '--interactive', '--tty', containerOf(runName)] as const),
      ...['/bin/sh', '-c', 'command -v bash >/dev/null && exec bash; exec sh'],
    ],

    hasImage: async (plan: Plan, buildId: string): Promise<boolean> =>
      (await run(toContainerProgram(plan), ['image', 'inspect', imageOf(buildId)])).exitCode === 0,

    /** A container outlives the program that started it, when that was killed. */
    async removeContainer(program: ContainerProgram, runName: string): Promise<void> {
      await run(program, ['rm', '--force', '--volumes', containerOf(runName)])
    },

    async removeImage(plan: Plan, buildId: string): Promise<void> {
      await run(toContainerProgram(plan), ['image', 'rm', '--force', imageOf(buildId)])
    },

    async removeAll(deploymentId: string): Promise<void> {
      for (const program of there()) {
        const containers = await listContainers(program, deploymentId)
        if (containers.length > 0) await run(program, ['rm', '--force', '--volumes', ...containers])
        const images = await listImages(program, deploymentId)
        if (images.length > 0) await run(program, ['image', 'rm', '--force', ...images])
      }
    },

    async count(deploymentId: string): Promise<{ containers: number; images: number }> {
      let [containers, images] = [0, 0]
      for (const program of there()) {
        containers += (await listContainers(program, deploymentId)).length
        images += (await listImages(program, deploymentId)).length
      }
      return { containers, images }
    },
  }
}

function toContainerPlan(plan: Plan, program: ContainerProgram): Plan {
  const value =
    plan.kind === 'image'
      ? toCommand([program, 'pull', plan.runtime?.value ?? ''])
      : toCommand([program, 'build', ...toBuildWords(plan), toContext(plan)])
  return { ...plan, build: { value, origin: plan.label } }
}

/** Which Dockerfile, which stage of it, and with which arguments. */
function toBuildWords(plan: Plan): string[] {
  const own = toOwnDockerfile(plan)
  return [
    ...['--file', own?.file.value ?? imageDockerfile],
    ...(own?.target ? ['--target', own.target.value] : []),
    ...Object.entries(own === undefined ? {} : toArguments(own)).flatMap(([name, value]) => [
      '--build-arg',
      `${name}=${value}`,
    ]),
  ]
}

/** As the folder of the app reaches it, where the command runs. */
function toContext(plan: Plan): string {
  const path = posix.relative(plan.root || '.', toOwnDockerfile(plan)?.context.value ?? plan.root)
  return path === '' ? '.' : path.startsWith('-') ? `./${path}` : path
}

/** The same, where it is about an image. */
const toPlanFailure = ({ kind }: Plan, failure: Failure): Failure =>
  kind === 'image'
    ? {
        ...failure,
        message: failure.message.replace(
          'The repository is built by its Dockerfile',
          'An image runs in a container',
        ),
        hint: failure.hint.replace(orCommands, 'or deploy the image to a cluster.'),
      }
    : failure

const orCommands = 'or set the commands that build and start the app in the plan.'

const notThere: Failure = {
  code: 'plan_unsupported',
  message: 'The repository is built by its Dockerfile, and this computer has neither docker nor podman.',
  hint: `Install Docker or Podman, ${orCommands}`,
}

const notAnswering = (program: ContainerProgram, lines: readonly string[]): Failure => ({
  code: 'plan_unsupported',
  message: `The repository is built by its Dockerfile, and ${program} on this computer does not answer.`,
  hint: `Start ${program === 'docker' ? 'Docker' : 'Podman'}, ${orCommands}`,
  ...(lines.length === 0 ? {} : { lines: lines.slice(-5) }),
})
