import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { SlipwayError } from '../../shared/domain/failure.ts'
import type { SecretStore } from './secret-store.ts'

const cipher = 'aes-256-gcm'
const keyBytes = 32

const fileSchema = z.object({
  version: z.literal(1),
  entries: z.record(z.string(), z.object({ iv: z.string(), tag: z.string(), data: z.string() })),
})
type SecretFile = z.infer<typeof fileSchema>

/**
 * Secrets in `secrets.json`, each encrypted with the key in `secrets.key`; both can be read by this user only. That keeps
 * them out of copies of one of the files, not from a program that runs as the same user. The folder belongs to one process.
 */
export function createFileStore(folder: string): SecretStore {
  const path = join(folder, 'secrets.json')
  let loading: Promise<{ key: Buffer; file: SecretFile }> | undefined
  let writing: Promise<unknown> = Promise.resolve()

  const load = () => {
    loading ??= Promise.all([readKey(join(folder, 'secrets.key')), readEntries(path)]).then(
      ([key, file]) => ({
        key,
        file,
      }),
    )
    loading.catch(() => {
      loading = undefined
    })
    return loading
  }

  /** One after the other, each with a file that is whole at any moment. */
  const change = (edit: (entries: SecretFile['entries'], key: Buffer) => void): Promise<void> => {
    const done = writing.then(async () => {
      const { key, file } = await load()
      const entries = { ...file.entries }
      edit(entries, key)
      await replaceFile(path, JSON.stringify({ version: 1, entries } satisfies SecretFile))
      file.entries = entries
    })
    writing = done.catch(() => undefined)
    return done.catch(error => Promise.reject(toFileFailure(error)))
  }

  return {
    async get(name) {
      const { key, file } = await load().catch(error => Promise.reject(toFileFailure(error)))
      const entry = file.entries[name]
      if (entry === undefined) return undefined
      try {
        const decipher = createDecipheriv(cipher, key, Buffer.from(entry.iv, 'base64'))
        decipher.setAAD(Buffer.from(name))
        decipher.setAuthTag(Buffer.from(entry.tag, 'base64'))
        return Buffer.concat([
          decipher.update(Buffer.from(entry.data, 'base64')),
          decipher.final(),
        ]).toString()
      } catch (error) {
        throw toFileFailure(error)
      }
    },
    set: (name, value) =>
      change((entries, key) => {
        const iv = randomBytes(12)
        const encipher = createCipheriv(cipher, key, iv)
        encipher.setAAD(Buffer.from(name))
        const data = Buffer.concat([encipher.update(value, 'utf8'), encipher.final()])
        entries[name] = {
          iv: iv.toString('base64'),
          tag: encipher.getAuthTag().toString('base64'),
          data: data.toString('base64'),
        }
      }),
    delete: name =>
      change(entries => {
        delete entries[name]
      }),
  }
}

async function readKey(path: string): Promise<Buffer> {
  const key = await readFile(path).catch(ifMissing)
  if (key?.length === keyBytes) return key
  if (key !== undefined) throw new Error('the key file is damaged')
  const made = randomBytes(keyBytes)
  await replaceFile(path, made)
  return made
}

async function readEntries(path: string): Promise<SecretFile> {
  const text = await readFile(path, 'utf8').catch(ifMissing)
  return text === undefined ? { version: 1, entries: {} } : fileSchema.parse(JSON.parse(text))
}

/** On disk before it takes the old one's place. */
async function replaceFile(path: string, content: string | Buffer): Promise<void> {
  const draft = `${path}.draft`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function toFileFailure(error: unknown): SlipwayError {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SlipwayError(
      {
        code: 'disk_full',
        message: 'The secret cannot be stored because the disk is full.',
        hint: 'Free some space on the disk, then save again.',
      },
      error,
    )
  }
  return new SlipwayError(
    {
      code: 'secrets_unavailable',
      message: 'The file with the secrets cannot be read or written.',
      hint: 'See whether secrets.json and secrets.key in the data folder are whole, then try again. Secrets can also be set anew.',
    },
    error,
  )
}
