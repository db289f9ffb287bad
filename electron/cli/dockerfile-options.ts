import { type DockerfileWish, dockerfileWishSchema } from '../../shared/domain/own-dockerfile.ts'
import type { OptionValue } from './command.ts'
import { UsageError } from './usage.ts'

/** How a repository's own Dockerfile is built. */
export const dockerfileOptions = {
  dockerfile: { type: 'string' },
  target: { type: 'string' },
  'build-arg': { type: 'string', multiple: true },
  'context-folder': { type: 'string' },
} as const

export const dockerfileHelp = {
  '--dockerfile PATH': 'below the folder of the app, where it is not called Dockerfile; "" does without',
  '--target STAGE': 'the stage of the Dockerfile to end with; its last one otherwise',
  '--build-arg NAME=VALUE': 'for the Dockerfile, readable in the image: no place for secrets',
  '--context-folder FOLDER': 'what the Dockerfile copies from; the folder of the app otherwise',
}

export function toDockerfileWish(values: Readonly<Record<string, OptionValue>>): DockerfileWish {
  const given = [values['build-arg'] ?? []].flat().filter(text => typeof text === 'string')
  const wish = {
    ...pick('dockerfile', values.dockerfile),
    ...pick('target', values.target),
    ...pick('context', values['context-folder']),
    ...(given.length === 0 ? {} : { arguments: Object.fromEntries(given.map(toArgument)) }),
  }
  const parsed = dockerfileWishSchema.safeParse(wish)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const value = issue?.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], wish)
  throw new UsageError(
    `"${typeof value === 'string' ? value : issue?.path.at(-1)?.toString()}" ${issue?.message}.`,
  )
}

const pick = (name: string, value: OptionValue) => (typeof value === 'string' ? { [name]: value } : {})

function toArgument(text: string): [string, string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new UsageError(`"${text}" is no build argument: write NAME=VALUE.`)
}
