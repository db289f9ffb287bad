import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ulid } from 'ulid'
import type { ReleaseOrder } from '../../electron/clusters/driver.ts'
import type { LocalLimits } from '../../electron/clusters/local/local-deps.ts'
import { createLocalDriver } from '../../electron/clusters/local/local-driver.ts'
import { createLogStore } from '../../electron/logs/segment-log.ts'
import { createSourceReader } from '../../electron/sources/git.ts'
import type { Plan } from '../../shared/domain/plan.ts'
import { type AppName, writeApp } from '../apps/apps.ts'

const here = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'electron', 'clusters', 'local')
const ownProgram = (file: string) => ({ program: process.execPath, args: [join(here, file)] })

export const newId = (): string => ulid().toLowerCase()

/** A plan that does nothing but start. */
export const nodePlan: Plan = {
  kind: 'node',
  label: 'Node',
  root: '',
  runtime: null,
  install: null,
  build: null,
  start: { value: 'node server.js', origin: 'package.json scripts.start' },
  output: null,
  fallback: null,
  port: null,
  notes: [],
}

/** The real driver with a real store and real git, all below one folder. */
export async function createTestDriver(
  folder: string,
  options: {
    limits?: Partial<LocalLimits>
    plan?: Plan
    nameOf?: (id: string) => string | undefined
    now?: () => number
    environment?: NodeJS.ProcessEnv
  } = {},
) {
  const logs = createLogStore({ folder: join(folder, 'logs') })
  const driver = await createLocalDriver({
    folder: join(folder, 'local'),
    logs,
    sources: createSourceReader(),
    detectPlan: async () => options.plan ?? nodePlan,
    supervisor: ownProgram('supervisor.ts'),
    staticServer: ownProgram('static-server.ts'),
    now: options.now ?? Date.now,
    log: { warn: (details, message) => console.warn(message, details) },
    limits: { graceMs: 1000, ...options.limits },
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    ...(options.nameOf === undefined ? {} : { nameOf: options.nameOf }),
  })
  return {
    driver,
    logs,
    async dispose() {
      await driver.dispose()
      await logs.dispose()
    },
  }
}

/** An order to run one of the test apps, written where a build would have put it. */
export async function orderApp(
  folder: string,
  app: AppName,
  change: Partial<ReleaseOrder> & { fixedPort?: number } = {},
): Promise<ReleaseOrder> {
  const { fixedPort, ...rest } = change
  const deploymentId = rest.deploymentId ?? newId()
  const artifact = `deployments/${deploymentId}/builds/${newId()}/checkout`
  const checkout = join(folder, 'local', ...artifact.split('/'))
  await mkdir(checkout, { recursive: true })
  await writeApp(checkout, app, fixedPort === undefined ? {} : { port: fixedPort })
  return {
    deploymentId,
    releaseId: newId(),
    run: 1,
    artifact,
    plan: nodePlan,
    port: null,
    variables: {},
    secrets: [],
    keptFolders: [],
    size: 'medium',
    instances: 1,
    ...rest,
  }
}
