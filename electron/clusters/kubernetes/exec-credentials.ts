import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import { z } from 'zod'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import type { Exec, KubeCluster } from './kubeconfig-file.ts'

/** What a program gave to sign in with. */
export interface Credentials {
  readonly token?: string | undefined
  readonly clientCertificateData?: string | undefined
  readonly clientKeyData?: string | undefined
}

const answerSchema = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.string().optional(),
  }),
})

/** Long enough for somebody to sign in with the browser that the program opens. */
const defaultLimitMs = 60_000
const maxOutput = 1024 * 1024
/** Credentials are renewed a little before they end. */
const marginMs = 10_000

/**
 * Signs in with a program, as `exec` of a kubeconfig says. It runs when credentials are first needed, once for all who wait,
 * and again when they have ended or `forget` was called.
 */
export function createExecCredentials(deps: {
  exec: Exec
  cluster: KubeCluster
  /** The environment of the person's shell. */
  environment: () => Promise<Readonly<Record<string, string | undefined>>>
  now?: () => number
  limitMs?: number
}) {
  const { exec, now = Date.now, limitMs = defaultLimitMs } = deps
  let held: { credentials: Credentials; until: number } | undefined
  let asking: Promise<Credentials> | undefined

  const ask = async (): Promise<Credentials> => {
    const stdout = await run({ exec, env: await toEnvironment(deps), limitMs })
    const answer = answerSchema.safeParse(parseJson(stdout)).data?.status
    if (answer === undefined || (!answer.token && !answer.clientCertificateData)) {
      throw failed(exec, 'did not print credentials', 'Run it in a terminal, and see what it prints.')
    }
    const { expirationTimestamp, ...credentials } = answer
    const ends = expirationTimestamp === undefined ? Number.NaN : Date.parse(expirationTimestamp)
    held = { credentials, until: Number.isNaN(ends) ? Number.POSITIVE_INFINITY : ends - marginMs }
    return credentials
  }

  return {
    get: async (): Promise<Credentials> => {
      if (held !== undefined && held.until > now()) return held.credentials
      asking ??= ask().finally(() => {
        asking = undefined
      })
      return asking
    },
    /** Whether there was something to forget. */
    forget: (): boolean => {
      const hadSome = held !== undefined
      held = undefined
      return hadSome
    },
  }
}

async function toEnvironment({
  exec,
  cluster,
  environment,
}: Parameters<typeof createExecCredentials>[0]): Promise<Record<string, string | undefined>> {
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(exec.provideClusterInfo ? { cluster } : {}) },
  }
  const own = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]))
  return { ...(await environment()), ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) }
}

function run(order: {
  exec: Exec
  env: Record<string, string | undefined>
  limitMs: number
}): Promise<string> {
  const { exec, env, limitMs } = order
  return new Promise((resolve, reject) => {
    // In a group of its own, since a program that hangs has often started another one.
    const isGroup = process.platform !== 'win32'
    const child = spawn(exec.command, [...(exec.args ?? [])], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: isGroup,
      windowsHide: true,
    })
    const output = { stdout: '', stderr: '' }
    let why: string | undefined
    const end = (reason: string): void => {
      why = reason
      if (child.pid !== undefined && child.exitCode === null)
        isGroup ? process.kill(-child.pid, 'SIGKILL') : child.kill('SIGKILL')
    }
    const timer = setTimeout(() => end(`did not end within ${Math.round(limitMs / 1000)} s`), limitMs)
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(0, maxOutput)
        if (output.stdout.length === maxOutput) end('printed without end')
      })
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      reject(error.code === 'ENOENT' ? missing(exec, error) : failed(exec, `does not start: ${error.code}`))
    })
    child.on('close', code => {
      clearTimeout(timer)
      if (why === undefined && code === 0) return resolve(output.stdout)
      const lines = output.stderr.trim().split('\n').slice(-10)
      reject(
        failed(
          exec,
          why ?? `ended with code ${code}`,
          'Run it in a terminal, and sign in as it asks.',
          lines.map(line => line.slice(0, 400)).filter(line => line !== ''),
        ),
      )
    })
  })
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const missing = (exec: Exec, cause: unknown): SlipwayError =>
  new SlipwayError(
    {
      code: 'tool_missing',
      message: `\`${basename(exec.command)}\`, which signs in to this cluster, is not there.`,
      hint: exec.installHint?.trim().slice(0, 500) || 'Install it, or see whether your shell finds it.',
    },
    cause,
  )

const failed = (
  exec: Exec,
  what: string,
  hint = 'See whether it runs in a terminal.',
  lines: readonly string[] = [],
): SlipwayError =>
  new SlipwayError({
    code: 'cluster_denied',
    message: `\`${basename(exec.command)}\`, which signs in to this cluster, ${what}.`,
    hint,
    ...(lines.length > 0 ? { lines: [...lines] } : {}),
  })
