import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'

/** Why there is no real keychain to test with; undefined when there is. */
export function whyNoKeychain(): string | undefined {
  if (process.platform !== 'linux') return 'it is tested with gnome-keyring, on Linux'
  for (const program of ['dbus-daemon', 'gnome-keyring-daemon']) {
    if (spawnSync('which', [program]).status !== 0) return `${program} is not installed`
  }
  const loads = spawnSync(process.execPath, ['-e', "require('keytar')"], { cwd: import.meta.dirname })
  return loads.status === 0 ? undefined : 'keytar could not be compiled here (it needs libsecret-1-dev)'
}

/** gnome-keyring, unlocked, on a bus of its own, with a home of its own. `env` leads to it. */
export async function startKeychain() {
  const home = mkdtempSync(join(tmpdir(), 'slipway-keychain-'))
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    XDG_DATA_HOME: join(home, 'data'),
  }
  const bus = spawn(
    'dbus-daemon',
    ['--session', '--nofork', '--print-address', `--address=unix:path=${home}/bus`],
    {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const [address] = (await once(bus.stdout, 'data')) as [Buffer]
  env.DBUS_SESSION_BUS_ADDRESS = address.toString().trim()
  const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  keyring.stdin.end('a password')
  await vi.waitFor(() => expect(hasOwner(env)).toBe(true), { timeout: 20_000, interval: 50 })
  return {
    env,
    async stop() {
      for (const child of [keyring, bus]) {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill()
          await once(child, 'exit')
        }
      }
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function hasOwner(env: NodeJS.ProcessEnv): boolean {
  const names = ['org.freedesktop.DBus.GetNameOwner', 'string:org.freedesktop.secrets']
  const args = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', ...names]
  return spawnSync('dbus-send', args, { env, stdio: 'ignore' }).status === 0
}
