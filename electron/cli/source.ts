import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { parseImage, toImageAddress } from '../../shared/domain/image.ts'
import { nameSchema } from '../../shared/domain/name.ts'
import { folderSchema } from '../../shared/domain/plan.ts'
import type { Source } from '../../shared/domain/records.ts'
import type { OptionValue } from './command.ts'
import { toNumber, UsageError } from './usage.ts'

/** An existing folder, or something that looks like a path, is a folder; anything else is for git. */
export function toSource(text: string): Source {
  if (text.trim() === '') throw new UsageError('The git url or folder is empty.')
  const home = text === '~' || text.startsWith('~/') ? path.join(homedir(), text.slice(1)) : text
  const isFolder =
    /^[./]/.test(home) || path.isAbsolute(home) || statSync(home, { throwIfNoEntry: false })?.isDirectory()
  return isFolder ? { kind: 'folder', address: path.resolve(home) } : { kind: 'git', address: text }
}

/** An image that is in a registry already: its tag or digest stands in the place of a branch. */
export function toImageSource(text: string): { source: Source; branch: string } {
  const image = parseImage(text)
  if (image === undefined) throw new UsageError(`"${text}" is no image: write it as nginx:1.27.`)
  return { source: { kind: 'image', address: toImageAddress(image) }, branch: image.reference }
}

export const toPort = (value: OptionValue): number | undefined =>
  toNumber(value, 'port', { from: 1, to: 65535 })

export function toCheckedName(value: OptionValue): string | undefined {
  if (typeof value !== 'string') return undefined
  const parsed = nameSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new UsageError(`"${value}" is no name. ${parsed.error.issues[0]?.message ?? ''}`)
}

export function toRoot(value: OptionValue): string | undefined {
  if (typeof value !== 'string') return undefined
  if (folderSchema.safeParse(value).success) return value
  throw new UsageError(`"${value}" is no folder inside of the repository.`)
}
