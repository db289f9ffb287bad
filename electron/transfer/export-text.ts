import { createHash } from 'node:crypto'
import { z } from 'zod'
import {
  type ExportContents,
  exportContentsSchema,
  exportFormat,
  mostExportBytes,
  type Sealed,
  sealedSchema,
} from '../../shared/domain/export-file.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'

/** `digest`: over the contents as they stand in the file, so that damage is seen. Sealed secrets are bound to it. */
export interface ExportFile {
  readonly madeAt: number
  readonly digest: string
  readonly contents: ExportContents
  readonly secrets: Sealed | null
}

const marker = 'slipway export'

/** What every format has: enough to tell a newer one from something else. */
const headSchema = z.object({ kind: z.literal(marker), format: z.number().int().min(1) })
const fileSchema = headSchema.extend({
  madeAt: z.number().int(),
  digest: z.string(),
  contents: exportContentsSchema,
  secrets: sealedSchema.nullable(),
})

/** The digest of contents; of what `writeExport` would write. */
export const toDigest = (contents: unknown): string =>
  createHash('sha256').update(JSON.stringify(contents)).digest('hex')

export function writeExport({ madeAt, digest, contents, secrets }: ExportFile): string {
  const file = { kind: marker, format: exportFormat, madeAt, digest, contents, secrets }
  const text = `${JSON.stringify(file, null, 2)}\n`
  if (Buffer.byteLength(text) <= mostExportBytes) return text
  throw new SlipwayError({
    code: 'invalid_input',
    message: 'The export would be larger than 4 MiB.',
    hint: 'Move large values of variables into files of the repositories.',
  })
}

/** Throws what is wrong with the text. */
export function readExport(text: string): ExportFile {
  if (Buffer.byteLength(text) > mostExportBytes) throw tooLargeFile()
  const raw = parse(text)
  const head = headSchema.safeParse(raw)
  if (!head.success) throw notOurs()
  if (head.data.format > exportFormat) {
    throw new SlipwayError({
      code: 'invalid_input',
      message: 'The file was exported by a newer Slipway.',
      hint: 'Update this Slipway, then import it again. Nothing was imported.',
    })
  }
  const file = fileSchema.safeParse(raw)
  if (!file.success || toDigest((raw as { contents: unknown }).contents) !== file.data.digest) {
    throw damagedFile()
  }
  return file.data
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw text.includes(`"kind": "${marker}"`) ? damagedFile() : notOurs()
  }
}

export const tooLargeFile = () =>
  new SlipwayError({
    code: 'invalid_input',
    message: 'The file is larger than 4 MiB, and no export of Slipway is.',
    hint: 'Choose a file that slipway export or the settings made.',
  })

const notOurs = () =>
  new SlipwayError({
    code: 'invalid_input',
    message: 'The file is no export of Slipway.',
    hint: 'Choose a file that slipway export or the settings made.',
  })

export const damagedFile = () =>
  new SlipwayError({
    code: 'invalid_input',
    message: 'The file is damaged, or was changed after it was exported.',
    hint: 'Export again where it came from. Nothing was imported.',
  })
