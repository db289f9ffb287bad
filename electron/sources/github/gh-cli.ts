import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import { tokenSchema } from '../../../shared/domain/github.ts'
import { publicGitHub } from '../../../shared/domain/github-address.ts'
import { toPlaceName } from './addresses.ts'

const exec = promisify(execFile)
const timeLimitMs = 10_000

/** The GitHub CLI of this computer. */
export interface GitHubCli {
  /** Its token for that GitHub. */
  readToken(baseUrl: string): Promise<string>
  /** Why it has none, as the end of a sentence; null when it has one. */
  whyMissing(baseUrl: string): Promise<string | null>
}

/** The token is asked for on standard output, and goes no other way. `program`: name or path of gh. */
export function createGitHubCli({ program = 'gh' }: { program?: string } = {}): GitHubCli {
  const read = async (baseUrl: string): Promise<{ token: string } | { missing: string }> => {
    const { host } = new URL(baseUrl)
    try {
      const { stdout } = await exec(program, ['auth', 'token', '--hostname', host], {
        timeout: timeLimitMs,
        env: { ...toEnvironment(host), GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1' },
      })
      const token = stdout.trim()
      if (token === '') return { missing: `gh has no token for ${host}` }
      return tokenSchema.safeParse(token).success ? { token } : { missing: 'what gh answers is no token' }
    } catch (error) {
      const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT'
      return { missing: isAbsent ? 'gh is not installed' : `gh is not signed in to ${host}` }
    }
  }

  return {
    async readToken(baseUrl) {
      const found = await read(baseUrl)
      if ('token' in found) return found.token
      throw new SlipwayError({
        code: 'sign_in_required',
        message: `The GitHub CLI gives no token for ${toPlaceName(baseUrl)}: ${found.missing}.`,
        hint: `Run gh auth login --hostname ${new URL(baseUrl).host}, or paste a token.`,
      })
    },
    async whyMissing(baseUrl) {
      const found = await read(baseUrl)
      return 'missing' in found ? found.missing : null
    },
  }
}

/** With these gh gives out the token of the environment for whatever host it is asked about. */
const tokenNames = [
  'GH_ENTERPRISE_TOKEN',
  'GITHUB_ENTERPRISE_TOKEN',
  'GH_TOKEN',
  'GITHUB_TOKEN',
  'CODESPACES',
]

function toEnvironment(host: string): NodeJS.ProcessEnv {
  if (host === new URL(publicGitHub).host) return process.env
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !tokenNames.includes(name)))
}
