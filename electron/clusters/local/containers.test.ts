import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Plan } from '../../../shared/domain/plan.ts'
import { writeFiles } from '../../../tests/support/git-server.ts'
import { createTestDriver, newId, nodePlan } from '../../../tests/support/local-driver.ts'
import type { BuildObservation, BuildOrder, ClusterDriver } from '../driver.ts'
import { toChildEnvironment } from './environment.ts'
import { listProcesses, readVariable } from './processes.ts'

const plan: Plan = {
  ...nodePlan,
  ...{ kind: 'dockerfile', label: 'Dockerfile', root: '.', start: null },
  runtime: { value: 'node:24', origin: 'Dockerfile line 1' },
  port: { value: 8080, origin: 'Dockerfile line 3' },
}
const server = `
  const { GREETING, API_TOKEN } = process.env
  console.log('the container is up')
  setTimeout(() => require('node:http').createServer((q, r) => r.end(GREETING + ' ' + API_TOKEN)).listen(process.env.PORT), 300)`
const dockerfile = 'FROM node:24\nRUN echo packed > packed.txt\nEXPOSE 8080\nCMD ["node", "server.js"]\n'

let folder: string
let stand: string
let environment: NodeJS.ProcessEnv
let driver: ClusterDriver
let dispose: () => Promise<void>
let readLog: (id: string) => Promise<string[]>
const deploymentId = newId()

const open = async (found = plan) => {
  const opened = await createTestDriver(folder, { environment, plan: found })
  ;({ driver, dispose } = opened)
  readLog = async id =>
    (await opened.logs.read({ kind: 'build', id }, { limit: 100 })).lines.map(line => line.text)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-containers-'))
  stand = join(folder, 'docker')
  const program = join(import.meta.dirname, '../../../tests/support/docker-stand-in.ts')
  await writeFiles(folder, {
    'programs/docker': `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`,
    'repository/Dockerfile': dockerfile,
    'repository/server.js': server,
  })
  mkdirSync(stand)
  await chmod(join(folder, 'programs/docker'), 0o755)
  const { PATH, ...own } = toChildEnvironment(process.env)
  environment = { ...own, PATH: `${join(folder, 'programs')}:${PATH}`, DOCKER_STAND_IN: stand }
  await open()
})
afterEach(async () => {
  await driver.remove(deploymentId, null)
  expect(await driver.count(deploymentId)).toEqual({ processes: 0, checkouts: 0 })
  await dispose()
  await vi.waitFor(() =>
    expect(listProcesses().filter(one => readVariable(one.pid, 'DOCKER_STAND_IN') === stand)).toEqual([]),
  )
  await rm(folder, { recursive: true, force: true })
})

const calls = () => readFileSync(join(stand, 'calls.jsonl'), 'utf8')
const there = (what: 'images' | 'containers') =>
  existsSync(join(stand, what)) ? readdirSync(join(stand, what)) : []

async function build(
  change: Partial<BuildOrder> = {},
): Promise<{ order: BuildOrder; found: BuildObservation }> {
  const order: BuildOrder = {
    ...{ buildId: newId(), deploymentId, branch: '', sha: '', planEdits: {}, port: null },
    source: { kind: 'folder', address: join(folder, 'repository') },
    timeLimitMs: 60_000,
    ...{ variables: { NPM_TOKEN: 'hunter2' }, secrets: ['hunter2'] },
    ...change,
  }
  await driver.startBuild(order)
  const found = await vi.waitFor(
    async () => {
      const seen = await driver.observeBuild(order)
      if (seen.state === 'running' || seen.state === 'absent') throw new Error(JSON.stringify(seen))
      return seen
    },
    { timeout: 30_000 },
  )
  return { order, found }
}

async function start(change: Partial<BuildOrder> = {}): Promise<{ releaseId: string; artifact: string }> {
  const { found } = await build(change)
  if (found.state !== 'succeeded') throw new Error(JSON.stringify(found))
  const releaseId = newId()
  await driver.applyRelease({
    ...{ deploymentId, releaseId, run: 1, artifact: found.artifact, plan: found.plan, port: null },
    ...{ variables: { GREETING: 'hello', API_TOKEN: 's3cret' }, secrets: ['s3cret'], keptFolders: [] },
    ...({ size: 'medium', instances: 1 } as const),
  })
  await isReady()
  return { releaseId, artifact: found.artifact }
}

const isReady = () =>
  vi.waitFor(async () => expect(await driver.observe(deploymentId)).toMatchObject([{ state: 'ready' }]), {
    timeout: 20_000,
  })

async function answer(releaseId: string): Promise<string> {
  const socket = await driver.dial({ deploymentId, releaseId })
  const asked = request({ createConnection: () => socket }).end()
  const [response] = await once(asked, 'response')
  return text(response)
}

describe('a Dockerfile', () => {
  const edits = {
    dockerfile: 'deploy/web.Dockerfile',
    context: '',
    target: 'web',
    arguments: { GREETING: 'good day' },
  }
  const stages =
    'FROM node:24 AS web\nRUN echo "$GREETING" > greeting.txt\nCMD ["node", "server.js"]\nFROM x AS other\n'

  test('may lie elsewhere, and is built up to a stage, with arguments and files of another folder', async () => {
    await dispose()
    await open({ ...plan, root: 'app' })
    await writeFiles(join(folder, 'repository'), {
      'app/deploy/web.Dockerfile': stages,
      'server.js': `const said = require('node:fs').readFileSync('greeting.txt')
        require('node:http').createServer((q, r) => r.end(said)).listen(process.env.PORT)`,
    })
    const { releaseId, artifact } = await start({ planEdits: edits })
    expect(await answer(releaseId)).toBe('good day\n')
    expect((await readLog(artifact.split('/')[3] ?? '')).find(line => line.startsWith('$ docker'))).toMatch(
      /^\$ docker build --file deploy\/web.Dockerfile --target web --build-arg 'GREETING=good day' .* \.\.$/,
    )
  })

  test('gets no secret as an argument, since it would stay in the image', async () => {
    const { found } = await build({ planEdits: { arguments: { NPM_TOKEN: 'hunter2' } } })
    expect(found).toMatchObject({
      state: 'failed',
      failure: {
        code: 'invalid_input',
        message: 'The build argument NPM_TOKEN is a secret, and arguments stay readable in the image.',
        hint: 'Take the argument out, and let the Dockerfile mount the variable: RUN --mount=type=secret,id=NPM_TOKEN',
      },
    })
  })

  test('is built into an image that bears the build’s name, and run; no value is an argument', async () => {
    const { releaseId, artifact } = await start()
    expect(await answer(releaseId)).toBe('hello s3cret')
    const buildId = artifact.split('/')[3] ?? ''
    const log = await readLog(buildId)
    expect(log).toEqual(
      expect.arrayContaining([
        `$ docker build --file Dockerfile --tag slipway-${buildId} --label slipway.deployment=${deploymentId} --secret id=NPM_TOKEN,env=NPM_TOKEN .`,
        'secret NPM_TOKEN has 7 characters',
      ]),
    )
    expect(there('images')).toEqual([`slipway-${buildId}`])
    expect(there('containers')).toEqual([`slipway-${releaseId}-1`])
    const [instance] = await driver.observe(deploymentId)
    expect(instance).toMatchObject({ fixedPort: null, failure: null })
    expect(calls()).toContain(
      `"--publish","127.0.0.1:${instance?.port}:8080","--env","GREETING","--env","API_TOKEN"`,
    )
    expect(calls()).not.toMatch(/hunter2|s3cret/)
    expect(await driver.count(deploymentId)).toMatchObject({ processes: expect.any(Number), checkouts: 2 })

    await driver.stop(deploymentId, () => false)
    expect([await driver.observe(deploymentId), there('containers')]).toEqual([[], []])
    expect(await driver.hasArtifact(deploymentId, artifact)).toBe(true)
    await driver.collect(deploymentId, [])
    expect(there('images')).toEqual([])
  })

  test('that does not build fails with its last lines', async () => {
    writeFileSync(join(folder, 'repository', 'Dockerfile'), 'FROM x\nRUN echo no such package; exit 4\n')
    const { found } = await build()
    expect(found).toMatchObject({
      state: 'failed',
      failure: {
        code: 'build_failed',
        message: 'docker build --file Dockerfile . exited with code 1.',
        lines: expect.arrayContaining(['no such package']),
      },
    })
    expect(there('images')).toEqual([])
  })

  test('whose container goes on when what started it is killed leaves none', async () => {
    await start()
    const [instance] = await driver.observe(deploymentId)
    process.kill(Number(instance?.name), 'SIGKILL')
    await vi.waitFor(
      async () =>
        expect(await driver.observe(deploymentId)).toMatchObject([
          { state: 'exited', failure: { code: 'app_crashed' } },
        ]),
      { timeout: 20_000 },
    )
    expect(there('containers')).toEqual([])
  })

  test('runs on while Slipway is away', async () => {
    const { releaseId } = await start()
    await dispose()
    await open()
    await isReady()
    expect(await answer(releaseId)).toBe('hello s3cret')
  })

  test('whose image somebody removed is not taken as built', async () => {
    const { artifact } = await start()
    await driver.stop(deploymentId, () => false)
    await rm(join(stand, 'images'), { recursive: true })
    expect(await driver.hasArtifact(deploymentId, artifact)).toBe(false)
  })
})

describe('an image that is there already', () => {
  const config = JSON.stringify({ config: { ExposedPorts: { '8080/tcp': {} } } })
  const manifest = JSON.stringify({ config: { digest: 'sha256:c' } })
  const sha = createHash('sha256').update(manifest).digest('hex')
  let registry: Server
  let address: string

  beforeEach(async () => {
    registry = createServer(({ url }, response) => {
      if (url === `/v2/team/app/manifests/sha256:${sha}` || url === '/v2/team/app/manifests/1')
        response.end(manifest)
      else if (url === '/v2/team/app/blobs/sha256:c') response.end(config)
      else response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await once(registry, 'listening')
    address = `127.0.0.1:${(registry.address() as AddressInfo).port}/team/app`
  })
  afterEach(() => registry.close())

  const find = () =>
    driver.findImage({ registry: address.split('/')[0] ?? '', repository: 'team/app', reference: '1' })

  test('is taken by its digest, bears our label, and goes with its deployment', async () => {
    const { commit, plan: advised } = await find()
    expect([commit.sha, advised.port?.value, advised.build?.value]).toEqual([
      sha,
      8080,
      `docker pull ${address}:1`,
    ])
    const { order, found } = await build({ source: { kind: 'image', address }, branch: '1', sha })
    expect(found).toMatchObject({
      state: 'succeeded',
      plan: { kind: 'image' },
      commit: { sha, subject: `${address}:1` },
    })
    expect(there('images')).toEqual([`slipway-${order.buildId}`])
    const made = readFileSync(join(stand, 'images', `slipway-${order.buildId}`, 'Dockerfile'), 'utf8')
    expect(made).toBe(`FROM ${address}@sha256:${sha}\n`)
    await driver.remove(deploymentId, null)
    expect(there('images')).toEqual([])
  })

  test('needs docker or podman here, and it is said', async () => {
    await dispose()
    environment = { ...environment, PATH: '/nowhere' }
    await open()
    expect((await find()).plan.notes).toEqual([
      'An image runs in a container, and this computer has neither docker nor podman. Install Docker or Podman, or deploy the image to a cluster.',
    ])
  })
})

describe('where no Dockerfile can be built', () => {
  test('it is said which program does not answer', async () => {
    writeFileSync(join(stand, 'down'), '')
    const failure = {
      code: 'plan_unsupported',
      message: 'The repository is built by its Dockerfile, and docker on this computer does not answer.',
      hint: 'Start Docker, or set the commands that build and start the app in the plan.',
      lines: ['Cannot connect to the Docker daemon. Is it running?'],
    }
    expect((await build()).found).toMatchObject({ state: 'failed', failure })
    const advised = await driver.advise(plan)
    expect([advised.build, advised.notes]).toEqual([null, [`${failure.message} ${failure.hint}`]])
  })

  test('it is said that there is no such program', async () => {
    await dispose()
    environment = { ...environment, PATH: join(folder, 'nothing') }
    await open()
    const advised = await driver.advise(plan)
    expect(advised.notes).toEqual([
      'The repository is built by its Dockerfile, and this computer has neither docker nor podman. Install Docker or Podman, or set the commands that build and start the app in the plan.',
    ])
  })

  test('it is said before the build by what it will be built otherwise', async () => {
    const advised = await driver.advise(plan)
    expect([advised.build, advised.notes]).toEqual([
      { value: 'docker build --file Dockerfile .', origin: 'Dockerfile' },
      [],
    ])
  })
})
