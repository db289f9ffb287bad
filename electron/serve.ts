import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ORPCError } from '@orpc/client'
import { type Failure, failureSchema, SlipwayError, toFailure } from '../shared/domain/failure.ts'
import { createHost } from './host.ts'
import { platformEnvironment } from './platform/environment.ts'
import { type BrowserSession, createBrowserSession } from './rpc/browser-session.ts'
import { type ControlConnection, connectControl, notAnswering, whenListening } from './rpc/control-socket.ts'

const usage = `Opens Slipway in a browser on this computer.

  --no-open      print the link only
  --port NUMBER  wanted port (7790; the next free one is taken)
  --help         this text
`

function readArguments() {
  const { values } = parseArgs({
    options: {
      'no-open': { type: 'boolean', default: false },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const port = values.port === undefined ? undefined : Number(values.port)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw new SlipwayError({
      code: 'invalid_input',
      message: `${values.port} is no port.`,
      hint: 'Give a number from 0 to 65535.',
    })
  }
  return { opens: !values['no-open'], port, help: values.help }
}

async function serve(): Promise<void> {
  const options = readArguments()
  if (options.help) {
    process.stdout.write(usage)
    return
  }
  const environment = platformEnvironment()
  if (!existsSync(join(environment.rendererFolder, 'index.html'))) {
    throw new SlipwayError({
      code: 'unavailable',
      message: 'The page of Slipway is not built.',
      hint: 'Run npm start, which builds it.',
    })
  }
  const { dataFolder } = environment
  const running = await connectControl(dataFolder)
  if (running && (await handOver(running, dataFolder, options.opens))) return
  let session: BrowserSession | undefined
  const open = () => {
    if (!session)
      throw new SlipwayError({
        code: 'already_running',
        message: 'Slipway is just starting.',
        hint: 'Try again.',
      })
    return { url: session.issueUrl() }
  }
  const host = await createHost(environment, { open }).catch(async (error: unknown) => {
    if (toFailure(error).code !== 'already_running') throw error
    const isDone = await whenListening(
      () => connectControl(dataFolder),
      one => handOver(one, dataFolder, options.opens),
    )
    if (!isDone) throw error
  })
  if (!host) return
  const stopped = untilStopped()
  session = await createBrowserSession({
    router: host.toRouter('browser'),
    assets: environment.rendererFolder,
    log: host.log,
    ...(options.port === undefined ? {} : { port: options.port }),
  }).catch(async (error: unknown) => {
    await host.dispose({ stopApps: true })
    throw error
  })
  process.stdout.write(`Slipway is open at ${session.url}\n`)
  if (options.opens && hasDisplay()) openInBrowser(session.issueUrl())
  await stopped
  await session.dispose()
  await host.dispose({ stopApps: true })
}

/** Where a Slipway runs already, it is opened instead of a second one. Undefined while that one is just starting. */
async function handOver(
  running: ControlConnection,
  dataFolder: string,
  opens: boolean,
): Promise<true | undefined> {
  try {
    const limit = AbortSignal.timeout(10_000)
    const { url } = await running.client.session
      .open(undefined, { signal: limit })
      .catch((error: unknown) => {
        throw limit.aborted ? notAnswering(dataFolder) : error
      })
    process.stdout.write(
      url === null
        ? 'Slipway runs already: its window is open.\n'
        : `Slipway runs already. It is open at ${url}\n`,
    )
    if (url !== null && opens && hasDisplay()) openInBrowser(url)
    return true
  } catch (error) {
    if (toSent(error)?.code === 'already_running') return undefined
    throw error
  } finally {
    running.close()
  }
}

/** Resolves at the first SIGINT or SIGTERM. A second one ends the process at once. */
function untilStopped(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

function hasDisplay(): boolean {
  if (process.platform === 'darwin' || process.platform === 'win32') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** Without a browser nothing is lost: the link stands in the terminal. */
function openInBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url]
  const child = spawn(program ?? 'xdg-open', args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

/** What the Slipway that runs says of a failure. */
const toSent = (error: unknown): Failure | undefined =>
  error instanceof ORPCError ? failureSchema.safeParse(error.data).data : undefined

serve().catch((error: unknown) => {
  const sent = toSent(error)
  const { code, message, hint } = sent ?? toFailure(error)
  const isExplained = error instanceof SlipwayError || code !== 'internal'
  const detail = isExplained ? '' : `\n${error instanceof Error ? error.stack : String(error)}`
  process.stderr.write(`${message}\n${hint}${detail}\n`)
  process.exitCode = 1
})
