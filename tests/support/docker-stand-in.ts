/**
 * Stands in for docker where there is none: `node docker-stand-in.ts <docker's arguments>`, with its images, containers and
 * the calls that it got in the folder DOCKER_STAND_IN. A container is a process of its own behind a proxy that takes connections
 * before the app does, as docker's does; it goes on when the `docker run` that started it is killed.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

interface Container {
  readonly pid: number
  readonly label: string
}

const state = process.env.DOCKER_STAND_IN ?? ''
const images = join(state, 'images')
const containers = join(state, 'containers')
const [verb = '', ...rest] = process.argv.slice(2)

if (verb === '__container') runContainer()
else {
  for (const folder of [images, containers]) mkdirSync(folder, { recursive: true })
  appendFileSync(join(state, 'calls.jsonl'), `${JSON.stringify([verb, ...rest])}\n`)
  if (existsSync(join(state, 'down'))) end(1, 'Cannot connect to the Docker daemon. Is it running?')
  if (verb === 'build') build()
  else if (verb === 'run') run()
  else if (verb === 'rm') remove()
  else if (verb === 'image') image()
  else if (verb === 'ps') print(names(containers, name => readContainer(name).label))
  else if (verb === 'images') print(names(images, name => readFileSync(join(images, name, '.label'), 'utf8')))
}

function parse() {
  const text = { type: 'string' } as const
  const many = { type: 'string', multiple: true } as const
  const flag = { type: 'boolean' } as const
  return parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      ...{ file: text, tag: text, label: text, name: text, publish: text, filter: text },
      ...{ secret: many, env: many, 'build-arg': many, target: text },
      ...{ rm: flag, init: flag, force: flag, volumes: flag, quiet: flag, all: flag },
    },
  })
}

function build(): void {
  const { values, positionals } = parse()
  const folder = join(images, values.tag ?? '')
  cpSync(positionals[0] ?? '.', folder, { recursive: true })
  writeFileSync(join(folder, '.label'), values.label ?? '')
  const dockerfile = readFileSync(values.file ?? 'Dockerfile', 'utf8')
  writeFileSync(join(folder, 'Dockerfile'), toStage(dockerfile, values.target))
  const given = Object.fromEntries((values['build-arg'] ?? []).map(one => one.split('=')))
  for (const secret of values.secret ?? []) {
    const name = /env=(.+)/.exec(secret)?.[1] ?? ''
    console.log(`secret ${name} has ${process.env[name]?.length} characters`)
  }
  for (const line of readDockerfile(folder).filter(one => one.startsWith('RUN '))) {
    console.log(line)
    const { status } = spawnSync('/bin/sh', ['-c', line.slice(4)], {
      cwd: folder,
      stdio: 'inherit',
      env: { ...process.env, ...given },
    })
    if (status === 0) continue
    rmSync(folder, { recursive: true })
    end(1, `did not complete successfully: exit code ${status}`)
  }
}

function run(): void {
  const { values, positionals } = parse()
  const { name = '', label = '', publish = '', env = [] } = values
  const given = env.map(one =>
    one.includes('=') ? [one.split('=')[0], one.split('=')[1]] : [one, process.env[one]],
  )
  const order = { image: positionals[0], port: Number(publish.split(':')[1]), env: Object.fromEntries(given) }
  const child = spawn(
    process.execPath,
    [import.meta.filename, '__container', JSON.stringify({ ...order, env: {} })],
    {
      env: { DOCKER_STAND_IN: state, CONTAINER_ENV: JSON.stringify(order.env), PATH: process.env.PATH },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    },
  )
  writeFileSync(join(containers, name), JSON.stringify({ pid: child.pid, label }))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.once('exit', code => {
    rmSync(join(containers, name), { force: true })
    process.exit(code ?? 137)
  })
}

function runContainer(): void {
  const { image = '', port } = JSON.parse(rest[0] ?? '{}') as { image?: string; port: number }
  const folder = join(images, image)
  const command = readDockerfile(folder).findLast(line => line.startsWith('CMD '))
  const [program = '', ...args] = JSON.parse(command?.slice(4) ?? '[]') as string[]
  const inside = createServer().listen(0, '127.0.0.1', () => {
    const address = inside.address()
    const own = typeof address === 'object' && address !== null ? address.port : 0
    inside.close(() => {
      const env = {
        ...JSON.parse(process.env.CONTAINER_ENV ?? '{}'),
        PATH: process.env.PATH,
        PORT: String(own),
      }
      const app = spawn(program, args, { cwd: folder, env, stdio: 'inherit' })
      process.on('SIGTERM', () => app.kill('SIGTERM'))
      app.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' ? 143 : 137)))
      createServer(socket => {
        const onward = connect(own, '127.0.0.1')
        onward.on('error', () => socket.destroy())
        socket.on('error', () => onward.destroy())
        socket.pipe(onward).pipe(socket)
      }).listen(port, '127.0.0.1')
    })
  })
}

function remove(): void {
  for (const name of parse().positionals.filter(one => existsSync(join(containers, one)))) {
    try {
      process.kill(-readContainer(name).pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    rmSync(join(containers, name), { force: true })
  }
}

function image(): void {
  const [what, ...tags] = parse().positionals
  const missing = tags.filter(tag => !existsSync(join(images, tag)))
  if (what === 'rm') for (const tag of tags) rmSync(join(images, tag), { recursive: true, force: true })
  else if (missing.length > 0) end(1, `No such image: ${missing.join()}`)
}

function names(folder: string, labelOf: (name: string) => string): string[] {
  const { filter = '' } = parse().values
  const label = /^label=(.*)$/.exec(filter)?.[1]
  return readdirSync(folder).filter(name => label === undefined || labelOf(name) === label)
}

function readContainer(name: string): Container {
  return JSON.parse(readFileSync(join(containers, name), 'utf8')) as Container
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map(line => `${line}\n`).join(''))
}

/** The stage alone: what it is made from is not told apart here. */
function toStage(text: string, target: string | undefined): string {
  const stages = text.split(/^(?=FROM )/m)
  return stages.find(stage => stage.split('\n')[0]?.endsWith(` AS ${target}`)) ?? text
}

function readDockerfile(folder: string): string[] {
  return readFileSync(join(folder, 'Dockerfile'), 'utf8').split('\n')
}

function end(code: number, text: string): never {
  console.error(text)
  process.exit(code)
}
