import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { delimiter } from 'node:path'

const limitMs = 5000

let found: Promise<string> | undefined

/**
 * Our environment with the path of the person's login shell: what was started from a dock or a menu has not seen the files
 * that extend it. The shell is asked once; where it does not answer, our own path has to do.
 */
export async function loginEnvironment(
  env: NodeJS.ProcessEnv = process.env,
): Promise<Record<string, string | undefined>> {
  if (process.platform === 'win32') return { ...env }
  found ??= askShell(env)
  const folders = [...(env.PATH ?? '').split(delimiter), ...(await found).split(delimiter)]
  return { ...env, PATH: [...new Set(folders.filter(folder => folder !== ''))].join(delimiter) }
}

/** Marked, since what a shell starts with may print anything. */
export function askShell(env: NodeJS.ProcessEnv): Promise<string> {
  const mark = randomUUID()
  return new Promise(resolve => {
    const child = execFile(
      env.SHELL || '/bin/sh',
      ['-l', '-i', '-c', `printf '${mark}%s${mark}' "$PATH"`],
      { env, timeout: limitMs, killSignal: 'SIGKILL' },
      (_error, stdout) => resolve(stdout.split(mark)[1] ?? ''),
    )
    child.stdin?.end()
  })
}
