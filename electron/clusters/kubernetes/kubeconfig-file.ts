import { readFileSync, type Stats, statSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { loadYaml } from '@kubernetes/client-node'
import { z } from 'zod'
import { SlipwayError } from '../../../shared/domain/failure.ts'

/** Larger than any that people have; what is beyond it is another kind of file. */
const maxBytes = 10 * 1024 * 1024

const word = z.union([z.string(), z.number()]).transform(String)
const path = z.string().min(1).optional()

const clusterSchema = z.looseObject({
  server: z.string().default(''),
  'insecure-skip-tls-verify': z.boolean().default(false),
  'certificate-authority': path,
})
const execSchema = z.object({
  apiVersion: z.string().default('client.authentication.k8s.io/v1'),
  command: z.string().min(1),
  args: z.array(word).nullish(),
  env: z.array(z.object({ name: z.string(), value: word })).nullish(),
  installHint: z.string().nullish(),
  provideClusterInfo: z.boolean().nullish(),
})
export type Exec = z.infer<typeof execSchema>

const userSchema = z.looseObject({
  'client-certificate': path,
  'client-certificate-data': z.string().optional(),
  'client-key': path,
  tokenFile: path,
  exec: execSchema.nullish(),
  /** The older way, still found in files; some of its kinds start a program too. */
  'auth-provider': z.looseObject({ config: z.record(z.string(), z.unknown()).nullish() }).nullish(),
})
const contextSchema = z.looseObject({ cluster: word.default(''), user: word.default('') })

const listOf = <K extends string, T extends z.ZodType>(key: K, schema: T) =>
  z
    .array(z.looseObject({ name: word, [key]: schema.nullish() } as { name: typeof word } & Record<K, T>))
    .nullish()
const fileSchema = z.looseObject({
  clusters: listOf('cluster', clusterSchema),
  users: listOf('user', userSchema),
  contexts: listOf('context', contextSchema),
})

export type KubeCluster = z.infer<typeof clusterSchema>
export type KubeUser = z.infer<typeof userSchema>

/** What the files say together: of two things with one name the first counts, as for kubectl. Paths are absolute. */
export interface Kubeconfig {
  readonly clusters: ReadonlyMap<string, KubeCluster>
  readonly users: ReadonlyMap<string, KubeUser>
  readonly contexts: ReadonlyMap<string, { cluster: string; user: string; file: string }>
}

/** Files that are not there count as empty. Throws for one that is there and is no kubeconfig. */
export function readKubeconfig(files: readonly string[]): Kubeconfig {
  const clusters = new Map<string, KubeCluster>()
  const users = new Map<string, KubeUser>()
  const contexts = new Map<string, { cluster: string; user: string; file: string }>()
  for (const file of files) {
    const text = readText(file)
    if (text === undefined) continue
    const said = parse(text, file)
    const from = dirname(file)
    for (const { name, cluster } of said.clusters ?? [])
      if (!clusters.has(name)) clusters.set(name, withPaths(clusterSchema.parse(cluster ?? {}), from))
    for (const { name, user } of said.users ?? [])
      if (!users.has(name)) users.set(name, withProgram(withPaths(userSchema.parse(user ?? {}), from), from))
    for (const { name, context } of said.contexts ?? [])
      if (!contexts.has(name)) contexts.set(name, { ...contextSchema.parse(context ?? {}), file })
  }
  return { clusters, users, contexts }
}

/** The program that the user starts to sign in. */
export function programOf(user: KubeUser | undefined): string | null {
  if (user?.exec) return user.exec.command
  const command = user?.['auth-provider']?.config?.['cmd-path']
  return typeof command === 'string' ? command : null
}

/** Changes with the files: when it is the same, so are they. */
export function stampOf(files: readonly string[]): string {
  return files
    .map(file => {
      const found = look(file)
      return found === undefined ? '-' : `${found.ino}:${found.mtimeMs}:${found.size}`
    })
    .join()
}

/** What a text says, wherever it comes from. Throws when it is no kubeconfig; the error quotes nothing of it. */
export function parse(text: string, from: string): z.infer<typeof fileSchema> {
  if (text.trim() === '') return {}
  const value = (() => {
    try {
      return loadYaml<unknown>(text)
    } catch (error) {
      throw unreadable(from, toPlace(error))
    }
  })()
  const parsed = fileSchema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw unreadable(
    from,
    issue === undefined ? '' : `: ${issue.path.join('.') || 'all of it'} is not as it should be`,
  )
}

function readText(file: string): string | undefined {
  const found = look(file)
  if (found === undefined) return undefined
  if (!found.isFile()) throw unreadable(file, ': it is no file')
  if (found.size > maxBytes) throw unreadable(file, ': it is larger than 10 MB')
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, ': it may not be read', cause)
  }
}

/** Undefined: there is nothing of that name. */
function look(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })
  } catch (cause) {
    throw unreadable(file, ': it may not be looked at', cause)
  }
}

const pathKeys = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'] as const

/** Paths in a file are relative to its folder. */
function withPaths<T extends Record<string, unknown>>(entry: T, from: string): T {
  const absolute = pathKeys.flatMap(key => {
    const value = entry[key]
    return typeof value === 'string' ? [[key, resolve(from, value)] as const] : []
  })
  return { ...entry, ...Object.fromEntries(absolute) }
}

/** A program with a folder in its name is looked for from the file's folder; one without, on the path. */
function withProgram(user: KubeUser, from: string): KubeUser {
  const { exec } = user
  if (!exec || isAbsolute(exec.command) || !/[/\\]/.test(exec.command)) return user
  return { ...user, exec: { ...exec, command: resolve(from, exec.command) } }
}

/** Where a YAML text is off, without what stands there: it may be a secret. */
function toPlace(error: unknown): string {
  const { reason, mark } = error as { reason?: string; mark?: { line?: number } }
  if (typeof reason !== 'string') return ''
  return `: ${mark?.line === undefined ? '' : `line ${mark.line + 1}, `}${reason}`
}

const unreadable = (file: string, why: string, cause?: unknown): SlipwayError =>
  new SlipwayError(
    {
      code: 'invalid_input',
      message: `${file} is no kubeconfig that Slipway can read${why}.`,
      hint: 'Correct it, or choose another file.',
    },
    cause,
  )
