import { type ChildProcess, spawn } from 'node:child_process'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { createLineSplitter } from './line-splitter.ts'

export interface GitTimeouts {
  /** Git that shows no sign of life for so long is ended. */
  readonly silenceMs: number
  /** One whole operation, such as a checkout with its submodules. */
  readonly totalMs: number
}

export const defaultTimeouts: GitTimeouts = { silenceMs: 30_000, totalMs: 600_000 }

interface GitCommand {
  readonly args: readonly string[]
  readonly cwd?: string
  /** Configuration for this command that must not be in an argument. */
  readonly config?: readonly (readonly [key: string, value: string])[]
  readonly env?: Readonly<Record<string, string>>
  /** When the operation that this belongs to must have ended, by `performance.now()`: clocks get moved. */
  readonly deadline: number
  /** Lines of the error stream (git's progress and messages), as they come. */
  readonly onOutput?: ((line: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface GitResult {
  readonly exitCode: number
  readonly stdout: string
  /** The last part of the error stream. */
  readonly stderr: string
}

export type RunGit = (command: GitCommand) => Promise<GitResult>

/** A child that has exited may leave its pipes with a helper that stays, such as ssh's connection sharing. */
const pipesOpenAfterExitMs = 1_000
const keptStderr = 16_384

/**
 * Runs git without prompts, hooks or translated messages, in its own process group. Resolves with any exit code. Throws
 * `source_git_missing`, `source_stalled`, or the reason of the signal; then the whole group has been killed.
 */
export function createRunGit(deps: {
  gitProgram: string
  timeouts: GitTimeouts
  environment: Readonly<Record<string, string | undefined>>
}): RunGit {
  return command =>
    new Promise((resolve, reject) => {
      command.signal?.throwIfAborted()
      const child = spawn(deps.gitProgram, [...fixedConfig, ...command.args], {
        cwd: command.cwd,
        env: toEnvironment(deps.environment, command),
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
      })
      let stdout = ''
      let stderr = ''
      let endedBy: unknown
      const end = (reason: unknown): void => {
        endedBy ??= reason
        killGroup(child)
      }
      const onSilence = (): void => end(stalled(deps.timeouts.silenceMs, 'silent'))
      const onDeadline = (): void => end(stalled(deps.timeouts.totalMs, 'slow'))
      const onAbort = (): void => end(command.signal?.reason)
      const silence = setTimeout(onSilence, deps.timeouts.silenceMs)
      const deadline = setTimeout(onDeadline, Math.max(0, command.deadline - performance.now()))
      let pipesOpen: NodeJS.Timeout | undefined
      command.signal?.addEventListener('abort', onAbort, { once: true })

      const lines = createLineSplitter(line => command.onOutput?.(line))
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        silence.refresh()
        stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        silence.refresh()
        stderr = (stderr + text).slice(-keptStderr)
        lines.write(text)
      })
      const settle = (): void => {
        clearTimeout(silence)
        clearTimeout(deadline)
        clearTimeout(pipesOpen)
        command.signal?.removeEventListener('abort', onAbort)
      }
      child.on('error', error => {
        settle()
        reject(missingGit(deps.gitProgram, error))
      })
      child.on('exit', () => {
        clearTimeout(silence)
        pipesOpen = setTimeout(() => {
          child.stdout.destroy()
          child.stderr.destroy()
        }, pipesOpenAfterExitMs)
      })
      child.on('close', exitCode => {
        settle()
        if (endedBy !== undefined) return reject(endedBy)
        lines.end()
        resolve({ exitCode: exitCode ?? 1, stdout, stderr })
      })
    })
}

/** Applies to every command: nothing of the person's or the repository's runs, and no odd transports. */
const fixedConfig = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.fsmonitor=false'],
  // Names that some file system takes for git's own folder, on every one.
  ...['-c', 'core.protectHFS=true', '-c', 'core.protectNTFS=true'],
  ...['-c', 'protocol.ext.allow=never'],
  ...['-c', 'protocol.fd.allow=never'],
  ...['-c', 'gc.auto=0'],
  ...['-c', 'maintenance.auto=false'],
]

/** Variables of a surrounding git command (Slipway started from a hook) or of tracing that could show secrets. */
const droppedVariables =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX|NAMESPACE|SHALLOW_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+|TRACE.*|CURL_VERBOSE|ALLOW_PROTOCOL|PROTOCOL_FROM_USER)$/

function toEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
  command: GitCommand,
): Record<string, string | undefined> {
  const kept = Object.fromEntries(Object.entries(inherited).filter(([name]) => !droppedVariables.test(name)))
  const config = command.config ?? []
  return {
    ...kept,
    LC_ALL: 'C',
    LANGUAGE: '',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GCM_INTERACTIVE: 'never',
    GIT_SSH_COMMAND: `${inherited.GIT_SSH_COMMAND ?? 'ssh'} -oBatchMode=yes`,
    ...(config.length > 0 ? { GIT_CONFIG_COUNT: String(config.length) } : {}),
    ...Object.fromEntries(
      config.flatMap(([key, value], n) => [
        [`GIT_CONFIG_KEY_${n}`, key],
        [`GIT_CONFIG_VALUE_${n}`, value],
      ]),
    ),
    ...command.env,
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true })
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group has ended by itself.
  }
}

function stalled(limitMs: number, how: 'silent' | 'slow'): SlipwayError {
  const limit = limitMs >= 120_000 ? `${Math.round(limitMs / 60_000)} minutes` : `${limitMs / 1000} seconds`
  return new SlipwayError({
    code: 'source_stalled',
    message:
      how === 'silent' ? `The repository sent nothing for ${limit}.` : `Git did not finish within ${limit}.`,
    hint: 'Check the connection to the repository, then try again.',
  })
}

function missingGit(program: string, cause: unknown): SlipwayError {
  return new SlipwayError(
    {
      code: 'source_git_missing',
      message: `Git could not be started (${program}).`,
      hint: 'Install git from https://git-scm.com, then try again.',
    },
    cause,
  )
}
