import { type Failure, SlipwayError, toFailure } from '../../shared/domain/failure.ts'
import type { Account, SignInOptions, SignInWay } from '../../shared/domain/github.ts'
import { publicGitHub, toFullName } from '../../shared/domain/github-address.ts'
import type { Settings, Source, User } from '../../shared/domain/records.ts'
import type { AccountRecords, AccountRow } from '../database/accounts.ts'
import type { Writer } from '../database/writer.ts'
import type { SecretVersions } from '../secrets/secret-versions.ts'
import { toPlaceName, toTokenUrl } from '../sources/github/addresses.ts'
import type { GitHubClient } from '../sources/github/client.ts'
import { signInByCode } from '../sources/github/device-flow.ts'
import { signInAgain } from '../sources/github/failures.ts'
import type { GitHubParts } from '../sources/github/parts.ts'
import { type Tokens, tokensSchema } from '../sources/github/tokens.ts'
import { readViewer } from '../sources/github/viewer.ts'
import type { GitLogin } from '../sources/source-reader.ts'

type Named = Pick<User, 'name'>

/** The next token is fetched before the last one ends. */
const renewAheadMs = 10 * 60_000
/** GitHub takes it as the user of any token. */
const tokenUser = 'x-access-token'

/**
 * Who is signed in at GitHub. A token is read from the secret store where it is needed and handed on to nobody but GitHub and
 * git. Each account is a user: the one of its name, or a new one.
 */
export function createAccounts(deps: {
  records: AccountRecords
  reader: { settings: () => Settings; userNamed: (name: string) => User | undefined }
  writer: Pick<Writer, 'transaction' | 'user' | 'activity' | 'setting'>
  secrets: Pick<SecretVersions, 'keep' | 'read' | 'collect'>
  /** Loaded when somebody signs in or is signed in. */
  loadParts: () => Promise<GitHubParts>
  /** Of the app that this Slipway signs in with at github.com; undefined: it has none. */
  clientId: string | undefined
  log: (message: string) => void
  now: () => number
  changed: () => void
}) {
  const { records, reader, writer, secrets, loadParts, now, changed } = deps
  const clients = new Map<string, Promise<GitHubClient>>()
  const readings = new Map<string, Promise<Tokens>>()
  /** Accounts whose token was refused, until they sign in again. */
  const refused = new Set<string>()

  const find = (id: string): AccountRow => {
    const row = records.find(id)
    if (row !== undefined) return row
    throw new SlipwayError({
      code: 'sign_in_required',
      message: 'This account is not signed in any more.',
      hint: 'Sign in again.',
    })
  }

  const whoOf = ({ login, baseUrl }: Pick<AccountRow, 'login' | 'baseUrl'>): string =>
    baseUrl === publicGitHub ? login : `${login} at ${toPlaceName(baseUrl)}`

  const toAccount = ({ secretVersion: _, ...row }: AccountRow): Account => ({
    ...row,
    failure: refused.has(row.id) ? signInAgain({ baseUrl: row.baseUrl, who: row.login }) : null,
  })

  const readTokens = async (row: AccountRow): Promise<Tokens> => {
    const kept = await secrets.read(row.secretVersion, `The token of ${whoOf(row)}`)
    return tokensSchema.parse(JSON.parse(kept))
  }

  const renew = async (row: AccountRow, { refresh }: Tokens): Promise<Tokens> => {
    if (refresh === undefined) throw new Error('there is nothing to renew it with')
    const renewed = await (await loadParts()).createOAuth(row.baseUrl).refresh(refresh)
    const isReplaced = () => find(row.id).secretVersion !== row.secretVersion
    if ('error' in renewed) {
      if (isReplaced()) return readTokens(find(row.id))
      refused.add(row.id)
      changed()
      throw new SlipwayError(signInAgain({ baseUrl: row.baseUrl, who: row.login }))
    }
    const isKept = await keepTokens(renewed, to =>
      records.changeToken(row.id, { from: row.secretVersion, to }),
    )
    void secrets.collect().catch(() => undefined)
    return isKept ? renewed : readTokens(find(row.id))
  }

  const readAndRenew = async (id: string): Promise<Tokens> => {
    const row = find(id)
    const tokens = await readTokens(row)
    const isDue = tokens.refresh !== undefined && tokens.refresh.tokenEndsAt - renewAheadMs <= now()
    return isDue ? renew(row, tokens) : tokens
  }

  /** Read and renewed once for all who ask meanwhile: a refresh token is good once. */
  const readToken = async (id: string): Promise<string> => {
    const reading = readings.get(id) ?? readAndRenew(id).finally(() => readings.delete(id))
    readings.set(id, reading)
    return (await reading).token
  }

  const keepTokens = <T>(tokens: Tokens, record: (version: string) => T): Promise<T> =>
    secrets.keep(new Map([[tokenName, JSON.stringify(tokens)]]), versions =>
      record(versions.get(tokenName) ?? ''),
    )

  /** Asks GitHub whose the token is, and keeps it. */
  const keep = async (
    given: { baseUrl: string; tokens: Tokens; way: SignInWay },
    asker: Named,
  ): Promise<Account> => {
    const { baseUrl, tokens, way } = given
    const readToken = async () => tokens.token
    const parts = await loadParts()
    const viewer = await readViewer(parts.createClient({ baseUrl, who: undefined, readToken }))
    const id = await keepTokens(tokens, secretVersion =>
      writer.transaction(() => {
        const known = records.list().find(one => one.baseUrl === baseUrl && one.login === viewer.login)
        const userId = known?.userId ?? reader.userNamed(viewer.login)?.id ?? writer.user(viewer.login)
        const detail = whoOf({ login: viewer.login, baseUrl })
        writer.activity({ user: asker.name, verb: 'signed_in', deploymentId: null, deployment: null, detail })
        return records.save({ ...viewer, userId, baseUrl, way, secretVersion })
      }),
    )
    refused.delete(id)
    clients.delete(id)
    void secrets.collect().catch(() => undefined)
    changed()
    return toAccount(find(id))
  }

  const clientIdOf = (baseUrl: string): string | undefined =>
    reader.settings().gitHubClientIds[baseUrl] ?? (baseUrl === publicGitHub ? deps.clientId : undefined)

  const keepClientId = (baseUrl: string, clientId: string) => {
    writer.setting('gitHubClientIds', { ...reader.settings().gitHubClientIds, [baseUrl]: clientId })
    changed()
  }

  /**
   * One of the owner's. Whoever runs this Slipway may read with any: with the one that was chosen, and without an own account with
   * the first. Undefined: there is none that the owner may read with.
   */
  const accountFor = (source: Source, { ownerId, accountId }: Reads): Account | undefined => {
    if (source.kind !== 'git') return undefined
    const all = records.list()
    const there = all.filter(({ baseUrl }) => toFullName(source.address, baseUrl) !== undefined)
    const own = there.filter(({ userId }) => userId === ownerId)
    const isOperator = ownerId === reader.settings().currentUserId
    const chosen = (isOperator ? there : own).find(({ id }) => id === accountId)
    const lent = isOperator && !all.some(({ userId }) => userId === ownerId) ? there[0] : undefined
    const row = chosen ?? own[0] ?? lent
    return row && toAccount(row)
  }

  return {
    list: (): Account[] => records.list().map(toAccount),

    options: async (baseUrl: string): Promise<SignInOptions> => ({
      device: {
        missing:
          clientIdOf(baseUrl) === undefined
            ? 'it needs the client id of an app that is registered there'
            : null,
      },
      cli: { missing: await (await loadParts()).cli.whyMissing(baseUrl) },
      tokenUrl: toTokenUrl(baseUrl),
    }),

    async *signInByCode(
      { baseUrl, clientId: given }: { baseUrl: string; clientId?: string | undefined },
      asker: Named,
      signal: AbortSignal,
    ) {
      const clientId = given ?? clientIdOf(baseUrl)
      if (clientId === undefined) throw noClientId(baseUrl)
      const parts = await loadParts()
      const tokens = yield* signInByCode({
        ...{ oauth: parts.createOAuth(baseUrl), baseUrl, clientId, signal, now },
        wait: parts.wait,
      })
      signal.throwIfAborted()
      if (given !== undefined) keepClientId(baseUrl, given)
      yield { state: 'done' as const, account: await keep({ baseUrl, tokens, way: 'device' }, asker) }
    },

    signInWithToken: ({ baseUrl, token }: { baseUrl: string; token: string }, asker: Named) =>
      keep({ baseUrl, tokens: { token }, way: 'token' }, asker),

    signInByCli: async (baseUrl: string, asker: Named): Promise<Account> =>
      keep(
        { baseUrl, tokens: { token: await (await loadParts()).cli.readToken(baseUrl) }, way: 'cli' },
        asker,
      ),

    /** The user stays, with what it owns. */
    async signOut(id: string, asker: Named): Promise<void> {
      const row = find(id)
      writer.transaction(() => {
        records.remove(id)
        const detail = whoOf(row)
        writer.activity({
          user: asker.name,
          verb: 'signed_out',
          deploymentId: null,
          deployment: null,
          detail,
        })
      })
      clients.delete(id)
      refused.delete(id)
      changed()
      await secrets.collect()
    },

    account: (id: string): Account => toAccount(find(id)),

    /** Asks GitHub as the account. One and the same for as long as it is signed in, so that what was answered is known. */
    client(id: string): Promise<GitHubClient> {
      const row = find(id)
      const client =
        clients.get(id) ??
        loadParts().then(parts =>
          parts.createClient({ baseUrl: row.baseUrl, who: row.login, readToken: () => readToken(id) }),
        )
      clients.set(id, client)
      return client
    },

    /** GitHub refused what it sent: the page says so until somebody signs in again. */
    noteFailure(id: string, { code }: Failure): void {
      if (code !== 'sign_in_required' || refused.has(id)) return
      refused.add(id)
      changed()
    },

    accountFor,

    /** What git shows when the repository asks who reads it. Undefined: there is nothing to show, and what is public is read. */
    async loginFor(source: Source, reader: Reads): Promise<GitLogin | undefined> {
      if (!/^https?:\/\//i.test(source.address) || !URL.canParse(source.address)) return undefined
      const account = accountFor(source, reader)
      // A token goes to no other port, and never over plain http to where the sign-in was over https.
      if (account === undefined || new URL(source.address).origin !== new URL(account.baseUrl).origin)
        return undefined
      try {
        return { user: tokenUser, password: await readToken(account.id) }
      } catch (error) {
        deps.log(`there is no token of ${account.login}: ${toFailure(error).message}`)
        return undefined
      }
    },
  }
}

/** Who reads: the owner of a project, or an account that was chosen. */
interface Reads {
  readonly ownerId: string
  readonly accountId?: string | undefined
}

const tokenName = 'the token'

const noClientId = (baseUrl: string): SlipwayError =>
  new SlipwayError({
    code: 'invalid_input',
    message: `A sign-in by a code at ${toPlaceName(baseUrl)} needs the client id of an app that is registered there.`,
    hint: 'Paste a token instead, or set the client id.',
  })
