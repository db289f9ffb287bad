import type { Failure } from '../../shared/domain/failure.ts'
import type {
  Account,
  DeviceStep,
  Repository,
  RepositoryPage,
  SignInOptions,
} from '../../shared/domain/github.ts'
import type { StandInState } from './stand-in-data.ts'

/** Who is signed in at GitHub, and what they see there, in memory. */
export function createStandInAccounts(deps: { state: StandInState; nextId: () => string; now: number }) {
  const { state, nextId, now } = deps
  const toAccount = (login: string, given: Partial<Account> = {}): Account => ({
    id: nextId(),
    userId: nextId(),
    login,
    name: '',
    avatarUrl: '',
    baseUrl: 'https://github.com',
    way: 'device',
    scopes: ['repo', 'read:org'],
    failure: null,
    createdAt: now,
    ...given,
  })
  const ana = toAccount('ana', { name: 'Ana Lindqvist' })
  const ended = toAccount('ana-work', {
    way: 'token',
    baseUrl: 'https://github.example.com',
    scopes: null,
    failure: {
      code: 'sign_in_required',
      message: 'github.example.com does not take the token of ana-work any more.',
      hint: 'It was revoked, or has expired. Sign in again. What is public goes on without.',
    },
  })
  const narrow = toAccount('bea', { scopes: ['public_repo'], way: 'cli' })

  const options: SignInOptions = {
    device: { missing: null },
    cli: { missing: 'gh is not installed' },
    tokenUrl: 'https://github.com/settings/personal-access-tokens/new?name=Slipway',
  }
  const code: DeviceStep = {
    state: 'code',
    code: 'WDJB-MJHT',
    url: 'https://github.com/login/device',
    expiresAt: now + 14 * 60_000,
  }
  const refused: Failure = {
    code: 'sign_in_required',
    message: 'GitHub does not know this token.',
    hint: 'Copy all of it, or make another one.',
  }

  const words = ['blog', 'shop', 'wiki', 'api', 'site', 'bot', 'board', 'notes', 'radio', 'garden']
  const repositories: Repository[] = Array.from({ length: 3000 }, (_, index) => {
    const origin = (['own', 'organisation', 'own', 'shared', 'starred'] as const)[index % 5] ?? 'own'
    const owner = { own: 'ana', organisation: 'acme', shared: 'bea', starred: 'octo' }[origin]
    const name = `${words[index % words.length]}${index < words.length ? '' : `-${index}`}`
    return {
      fullName: `${owner}/${name}`,
      description: index % 3 === 0 ? `What ${name} needs to be seen by everybody` : '',
      origin,
      isPrivate: index % 2 === 1 && origin !== 'starred',
      isArchived: index % 7 === 6,
      isFork: false,
      defaultBranch: 'main',
      language: ['TypeScript', 'Go', 'Python', ''][index % 4] ?? '',
      pushedAt: now - (index + 1) * 5_400_000,
      address: `https://github.com/${owner}/${name}.git`,
    }
  })

  return {
    ana,
    options,
    code,
    refused,
    list: (): Account[] => (state === 'varied' ? [ana, ended, narrow] : []),
    *repositories(): Generator<RepositoryPage> {
      for (let from = 0; from < repositories.length; from += 100)
        yield { repositories: repositories.slice(from, from + 100), isComplete: false, failure: null }
      yield { repositories: [], isComplete: true, failure: null }
    },
  }
}
