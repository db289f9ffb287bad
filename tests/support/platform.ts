import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { vi } from 'vitest'
import { createLocalPlatform } from '../../electron/host.ts'
import { platformEnvironment } from '../../electron/platform/environment.ts'
import type { Platform } from '../../electron/platform/platform.ts'
import type { Deployment } from '../../shared/domain/records.ts'

export type PlatformOptions = NonNullable<Parameters<typeof createLocalPlatform>[2]>

/** A data folder of the test's own. `remove` it when nothing runs in it any more. */
export function createDataFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'slipway-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** The whole platform, with real git, processes and files. The gateway takes any free port. */
export function startPlatform(dataFolder: string, options: PlatformOptions = {}): Promise<Platform> {
  const environment = { ...platformEnvironment(), dataFolder }
  return createLocalPlatform(environment, pino({ level: 'silent' }), {
    gatewayPort: 0,
    findKeychain: async () => undefined,
    localLimits: { readyMs: 8000, graceMs: 1000 },
    ...options,
  })
}

/** The current user, or one of that name. */
export const asker = (platform: Platform, name?: string) => {
  const user = name === undefined ? platform.users.current() : platform.users.named(name)
  return { userId: user.id, name: user.name, hasConsent: true }
}

/** Runs, and nothing is on its way. */
export const isLive = (one: Deployment): boolean => one.status === 'live' && one.health.ready === 1

/** Waits until the deployment is as the test means. Fails with what it was last. */
export function waitForDeployment(
  platform: Platform,
  id: string,
  isMet: (deployment: Deployment) => boolean,
  timeout = 45_000,
): Promise<Deployment> {
  return vi.waitFor(
    () => {
      const deployment = platform.deployment(id)
      if (!deployment || !isMet(deployment))
        throw new Error(`not yet: ${JSON.stringify(deployment, null, 1)}`)
      return deployment
    },
    { timeout, interval: 50 },
  )
}

/** What the app answers through the gateway. `*.localhost` is not looked up: the test goes to the gateway itself. */
export async function getThroughGateway(platform: Pick<Platform, 'gatewayPort'>, name: string, path = '/') {
  const { request } = await import('node:http')
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: platform.gatewayPort,
        path,
        headers: { host: `${name}.localhost:${platform.gatewayPort}` },
        agent: false,
      },
      response => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', chunk => {
          body += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
        response.on('error', reject)
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}
