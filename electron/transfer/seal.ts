import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import { type Sealed, type SecretValues, secretValuesSchema } from '../../shared/domain/export-file.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { damagedFile } from './export-text.ts'

const cipher = 'aes-256-gcm'
const keyBytes = 32
const checkBytes = 16

/** As OWASP advises for 2026: 128 MiB and some tenths of a second for each guess. */
const kdf = { name: 'scrypt', cost: 2 ** 17, blockSize: 8, parallelization: 1 } as const

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** `boundTo`: what the values belong to. With anything else beside them they cannot be opened. */
export async function seal(values: SecretValues, passphrase: string, boundTo: string): Promise<Sealed> {
  const salt = randomBytes(16)
  const made = { ...kdf, salt: salt.toString('base64') }
  const { key, check } = await toKey(made, passphrase)
  const iv = randomBytes(12)
  const encipher = createCipheriv(cipher, key, iv)
  encipher.setAAD(Buffer.from(boundTo))
  const data = Buffer.concat([encipher.update(JSON.stringify(values), 'utf8'), encipher.final()])
  return {
    kdf: made,
    cipher,
    check: check.toString('base64'),
    iv: iv.toString('base64'),
    tag: encipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  }
}

export async function unseal(sealed: Sealed, passphrase: string, boundTo: string): Promise<SecretValues> {
  const { key, check } = await toKey(sealed.kdf, passphrase)
  if (!timingSafeEqual(check, Buffer.from(sealed.check, 'base64'))) {
    throw new SlipwayError({
      code: 'passphrase_wrong',
      message: 'The passphrase does not open the secrets of this file.',
      hint: 'Type the one that the file was exported with. Nothing was imported.',
    })
  }
  try {
    const decipher = createDecipheriv(cipher, key, Buffer.from(sealed.iv, 'base64'))
    decipher.setAAD(Buffer.from(boundTo))
    decipher.setAuthTag(Buffer.from(sealed.tag, 'base64'))
    const opened = Buffer.concat([decipher.update(Buffer.from(sealed.data, 'base64')), decipher.final()])
    return secretValuesSchema.parse(JSON.parse(opened.toString()))
  } catch {
    // Without the cause: that of JSON quotes what it could not read.
    throw damagedFile()
  }
}

async function toKey(params: Sealed['kdf'], passphrase: string): Promise<{ key: Buffer; check: Buffer }> {
  const { cost, blockSize, parallelization, salt } = params
  const made = await derive(
    passphrase.normalize('NFKC'),
    Buffer.from(salt, 'base64'),
    keyBytes + checkBytes,
    { cost, blockSize, parallelization, maxmem: 2 * 128 * cost * blockSize },
  )
  return { key: made.subarray(0, keyBytes), check: made.subarray(keyBytes) }
}
