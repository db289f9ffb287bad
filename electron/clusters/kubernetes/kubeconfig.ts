import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import type { ClusterSettings, Context } from '../../../shared/domain/cluster.ts'
import { SlipwayError } from '../../../shared/domain/failure.ts'
import { createExecCredentials } from './exec-credentials.ts'
import { type KubeUser, programOf, readKubeconfig, stampOf } from './kubeconfig-file.ts'
import { loginEnvironment } from './login-environment.ts'

/** The files that count where none is named: `KUBECONFIG` (a list), else `~/.kube/config`. */
export function usualFiles(env: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter(path => path !== '')
  return listed.length > 0 ? [...new Set(listed)] : [join(homedir(), '.kube', 'config')]
}

/** Every context of the files, whether it can be used or not: that is told when it is opened. */
export function listContexts(files: readonly string[] = usualFiles()): Omit<Context, 'clusterId'>[] {
  const { contexts, clusters, users } = readKubeconfig(files)
  return [...contexts].map(([name, { cluster, user, file }]) => ({
    name,
    kubeconfig: file,
    server: clusters.get(cluster)?.server ?? '',
    startsProgram: programOf(users.get(user)),
    isVerified: clusters.get(cluster)?.['insecure-skip-tls-verify'] !== true,
  }))
}

type Target = Pick<ClusterSettings, 'context' | 'kubeconfig'> & Partial<Pick<ClusterSettings, 'mayStart'>>

/**
 * The configuration of one context, which is its current one. It goes on with what the files say now: they are read again
 * when they have changed. `kubeconfig`: null for the usual files. Throws when the context starts a program to which nobody
 * agreed; it is started when the first request is made.
 */
export const openContext = (target: Target): ContextConfig => new ContextConfig(target)

export class ContextConfig extends KubeConfig {
  readonly #target: Target
  readonly #files: readonly string[]
  #stamp = ''
  #forget = (): boolean => false
  #sign: Sign = async () => {}

  constructor(target: Target) {
    super()
    this.#target = target
    this.#files = target.kubeconfig === null ? usualFiles() : [target.kubeconfig]
    this.addAuthenticator({
      isAuthProvider: user => user.authProvider?.name === ownProvider,
      applyAuthentication: (_user, options) => this.#sign(options as RequestOptions),
    })
    this.#refresh()
  }

  override getCurrentCluster() {
    this.#refresh()
    return super.getCurrentCluster()
  }

  override getCurrentUser() {
    this.#refresh()
    return super.getCurrentUser()
  }

  /** Signs in anew at the next request. False where that would change nothing. */
  forgetCredentials(): boolean {
    return this.#forget()
  }

  #refresh(): void {
    const stamp = stampOf(this.#files)
    if (stamp === this.#stamp) return
    const { user, program, ...found } = findContext(this.#target, this.#files)
    if (program !== null && program !== this.#target.mayStart) throw toConsent(this.#target.context, program)
    const cluster = {
      ...found.cluster,
      // Nothing is verified without TLS; said so, the client accepts such an address.
      ...(found.cluster.server.startsWith('http:') ? { 'insecure-skip-tls-verify': true } : {}),
    }
    // The client keeps connections by the user's name: what changed must not go on with old ones.
    const name = `${this.#target.context} ${stamp}`
    const { exec, tokenFile, ...plain } = user
    const isSignedByUs = Boolean(exec) || (tokenFile !== undefined && plain.token === undefined)
    this.loadFromString(
      JSON.stringify({
        clusters: [{ name, cluster }],
        users: [{ name, user: isSignedByUs ? { ...plain, 'auth-provider': { name: ownProvider } } : plain }],
        contexts: [{ name: this.#target.context, context: { cluster: name, user: name } }],
        'current-context': this.#target.context,
      }),
    )
    this.#stamp = stamp
    const signing = exec
      ? signWithProgram(createExecCredentials({ exec, cluster, environment: loginEnvironment }))
      : { sign: signWithFile(tokenFile ?? ''), forget: () => false }
    this.#sign = signing.sign
    this.#forget = signing.forget
  }
}

const ownProvider = 'slipway'

type RequestOptions = { cert?: unknown; key?: unknown; headers?: Record<string, unknown> }
/** Puts what proves who one is into a request. */
type Sign = (options: RequestOptions) => Promise<void>

function signWithProgram(credentials: ReturnType<typeof createExecCredentials>): {
  sign: Sign
  forget: () => boolean
} {
  const sign: Sign = async options => {
    const { token, clientCertificateData, clientKeyData } = await credentials.get()
    if (clientCertificateData !== undefined) options.cert = clientCertificateData
    if (clientKeyData !== undefined) options.key = clientKeyData
    if (token !== undefined) options.headers = { ...options.headers, Authorization: `Bearer ${token}` }
  }
  return { sign, forget: credentials.forget }
}

/** Read at each request: whoever writes the file renews it. */
const signWithFile =
  (file: string): Sign =>
  async options => {
    const token = readFileSync(file, 'utf8').trim()
    options.headers = { ...options.headers, Authorization: `Bearer ${token}` }
  }

function findContext({ context, kubeconfig }: Target, files: readonly string[]) {
  const { contexts, clusters, users } = readKubeconfig(files)
  const said = contexts.get(context)
  if (said === undefined) throw notThere(context, files, [...contexts.keys()], kubeconfig)
  const cluster = clusters.get(said.cluster)
  if (cluster === undefined || cluster.server === '') throw incomplete(context, said.file, 'cluster')
  const user = said.user === '' ? {} : users.get(said.user)
  if (user === undefined) throw incomplete(context, said.file, 'user')
  checkCertificate(user, context)
  return { cluster, user, program: programOf(user) }
}

/** An expired certificate is refused by servers without a word of why. */
function checkCertificate(user: KubeUser, context: string): void {
  const data = user['client-certificate-data']
  const file = user['client-certificate']
  if (data === undefined && file === undefined) return
  const { validTo } = (() => {
    try {
      return new X509Certificate(file === undefined ? Buffer.from(data ?? '', 'base64') : readFileSync(file))
    } catch (cause) {
      const where = file === undefined ? 'in the kubeconfig' : `in ${file}`
      throw new SlipwayError(
        {
          code: 'invalid_input',
          message: `The certificate ${where}, with which ${context} is entered, cannot be read.`,
          hint: 'Get a new kubeconfig from whoever runs the cluster.',
        },
        cause,
      )
    }
  })()
  if (Date.parse(validTo) > Date.now()) return
  throw new SlipwayError({
    code: 'cluster_denied',
    message: `The certificate with which ${context} is entered expired on ${new Date(validTo).toISOString().slice(0, 10)}.`,
    hint: 'Get a new kubeconfig from whoever runs the cluster.',
  })
}

function notThere(
  context: string,
  files: readonly string[],
  known: readonly string[],
  kubeconfig: string | null,
): SlipwayError {
  const where = files.join(', ')
  return new SlipwayError({
    code: 'not_found',
    message: `There is no context ${context} in ${where}.`,
    hint:
      known.length > 0
        ? `There is: ${known.slice(0, 20).join(', ')}.`
        : kubeconfig === null
          ? 'The kubeconfig is empty or not there: get one from whoever runs the cluster.'
          : 'The file has no context at all: choose another one.',
  })
}

export const toConsent = (context: string, program: string): SlipwayError =>
  new SlipwayError({
    code: 'consent_required',
    message: `The context ${context} starts \`${basename(program)}\` on this computer to sign in: ${program}.`,
    hint: 'Agree if you know the program: slipway cluster add with --yes, or the button on the page.',
  })

const incomplete = (context: string, file: string, what: string): SlipwayError =>
  new SlipwayError({
    code: 'invalid_input',
    message: `The context ${context} in ${file} names a ${what} that the file does not have.`,
    hint: 'Correct the file, or choose another context.',
  })
