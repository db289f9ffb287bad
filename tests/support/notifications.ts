import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BusMessage, connectBus } from './dbus.ts'

const path = '/org/freedesktop/Notifications'
const name = 'org.freedesktop.Notifications'

export interface RecordedNotification {
  readonly id: number
  readonly title: string
  readonly body: string
}

export interface NotificationService {
  /** Give it to the program under test as `DBUS_SESSION_BUS_ADDRESS`. */
  readonly address: string
  /** What was shown so far, oldest first. */
  readonly shown: readonly RecordedNotification[]
  /** Does what a desktop does when the person clicks the notification. */
  click(id: number): void
  dispose(): Promise<void>
}

/** A session bus of its own with an `org.freedesktop.Notifications` that records. Needs `dbus-daemon`. */
export async function startNotificationService(): Promise<NotificationService> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bus-'))
  const socketPath = join(folder, 'bus')
  const address = `unix:path=${socketPath}`
  const daemon = spawn(
    'dbus-daemon',
    ['--session', '--nofork', '--nopidfile', '--print-address=1', `--address=${address}`],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  await new Promise((resolve, reject) => {
    daemon.once('error', reject)
    daemon.once('exit', code => reject(new Error(`dbus-daemon ended with code ${code}`)))
    daemon.stdout.once('data', resolve)
  })

  const shown: RecordedNotification[] = []

  function onMessage(message: BusMessage): void {
    if (message.interface !== name) return
    if (message.member === 'Notify') {
      const [, replaces, , title, body] = message.values
      const id = Number(replaces) || shown.length + 1
      shown.push({ id, title: String(title), body: String(body) })
      bus.answer(message, 'u', [id])
    } else if (message.member === 'GetServerInformation') {
      bus.answer(message, 'ssss', ['recorder', 'slipway', '1', '1.2'])
    } else if (message.member === 'GetCapabilities') {
      bus.answer(message, 'as', [['actions', 'body']])
    } else if (message.member === 'CloseNotification') {
      bus.answer(message, '', [])
      bus.signal(path, name, 'NotificationClosed', 'uu', [Number(message.values[0]), 3])
    }
  }

  const bus = await connectBus(socketPath, onMessage)
  await bus.requestName(name)

  return {
    address,
    shown,
    click(id) {
      bus.signal(path, name, 'ActionInvoked', 'us', [id, 'default'])
      bus.signal(path, name, 'NotificationClosed', 'uu', [id, 2])
    },
    async dispose() {
      bus.close()
      const ended = once(daemon, 'exit')
      daemon.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
