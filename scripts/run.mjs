// What the npm scripts call: installs what is missing or stale, builds what is stale, and runs the task on the Node of
// the lockfile, although the machine's own may be older. Runs on Node 20 or later, with no package installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const isWindows = process.platform === 'win32'
const bin = name => path.join(root, 'node_modules', '.bin', isWindows ? `${name}.cmd` : name)

const tasks = {
  start,
  test: args => exec(bin('vitest'), ['run', ...args], build),
  bench: args => exec(node(), ['bench/run.ts', ...args], build),
  slipway: args => exec(node(), ['electron/cli.ts', ...args]),
  // `npm run tool -- <program> ...`: any installed program, such as `tsc`.
  tool: ([name, ...args]) => exec(bin(name), args),
  build: () => build({ isForced: true }),
}

const [task, ...args] = process.argv.slice(2)
if (!Object.hasOwn(tasks, task)) fail(`There is no task ${task}.`)
install()
process.exitCode = (await tasks[task](args)) ?? 0

/** The lockfile says what has to be there; its digest, kept beside the packages, what is. */
function install() {
  const stamp = path.join(root, 'node_modules', '.slipway-lock')
  const wanted = digest([path.join(root, 'package-lock.json')])
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.error('Installing packages ...')
  // Binaries come inside packages: none needs its install script to work.
  const done = spawnSync(
    isWindows ? 'npm.cmd' : 'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: isWindows,
    },
  )
  if (done.status !== 0) fail('npm ci failed: its output above says why.')
  buildKeychain()
  writeFileSync(stamp, wanted)
}

/** The one package with something to compile, where that can be done. Without it secrets go to an encrypted file. */
function buildKeychain() {
  const hasHeaders =
    process.platform !== 'linux' ||
    spawnSync('pkg-config', ['--exists', 'libsecret-1'], { stdio: 'ignore' }).status === 0
  if (!hasHeaders) return
  spawnSync(isWindows ? 'npm.cmd' : 'npm', ['rebuild', 'keytar'], {
    cwd: root,
    stdio: 'ignore',
    shell: isWindows,
    timeout: 120_000,
  })
}

/** Bundles main process, preload and page when a source is newer than the bundle. */
function build({ isForced = false } = {}) {
  const stamp = path.join(root, 'out', '.sources')
  const sources = ['electron', 'renderer', 'shared'].flatMap(folder => files(path.join(root, folder)))
  const wanted = digest([
    ...sources,
    path.join(root, 'electron.vite.config.ts'),
    path.join(root, 'package-lock.json'),
  ])
  if (!isForced && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.error('Building ...')
  const done = spawnSync(
    node(),
    [
      path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'),
      'build',
      '--logLevel',
      'warn',
    ],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: environment(),
    },
  )
  if (done.status !== 0) fail('The build failed: its output above says why.')
  mkdirSync(path.dirname(stamp), { recursive: true })
  writeFileSync(stamp, wanted)
}

/** The window where Electron and a display are there, else the same app in the browser. */
function start(args) {
  build()
  const why = whyNoWindow()
  if (why === undefined)
    return exec(node(), [path.join(root, 'node_modules', 'electron', 'cli.js'), '.', ...args])
  console.error(`No window here (${why}): Slipway opens in the browser instead.`)
  return exec(node(), [path.join(root, 'out', 'main', 'serve.js'), ...args])
}

function whyNoWindow() {
  const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  if (!hasDisplay) return 'there is no display'
  if (process.platform === 'linux' && process.getuid() === 0) return 'Electron does not run as root'
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return undefined
  if (existsSync(path.join(root, 'node_modules', 'electron', 'path.txt'))) return undefined
  console.error("Fetching Electron's binary ...")
  const got = spawnSync(node(), [path.join(root, 'node_modules', 'electron', 'install.js')], {
    stdio: 'ignore',
    timeout: 300_000,
  })
  return got.status === 0 ? undefined : "Electron's binary could not be fetched"
}

function exec(program, args, before) {
  before?.()
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: environment(), shell: isWindows })
  // Ctrl-C reaches the child too, as part of our process group; it decides how to end.
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => signal === 'SIGTERM' && child.kill(signal))
  return new Promise(resolve => {
    child.on('error', error => fail(`${program} does not start: ${error.message}`))
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

function node() {
  return existsSync(bin('node')) ? bin('node') : process.execPath
}

/** Tools find the Node of the lockfile first. */
function environment() {
  return {
    ...process.env,
    PATH: [path.join(root, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter),
  }
}

function files(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true })
    .map(name => path.join(folder, name))
    .filter(file => statSync(file).isFile() && !/\.test\.tsx?$/.test(file))
    .sort()
}

function digest(paths) {
  const hash = createHash('sha256')
  for (const file of paths)
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
