import { z } from 'zod'
import type { Failure } from './failure.ts'

/** A value and where it was found. */
const found = z.object({ value: z.string(), origin: z.string() })
type Found = z.infer<typeof found>

/** A file or folder inside of the repository; an empty text is the top, or none. */
export const insidePathSchema = z
  .string()
  .max(500)
  .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).*$/, 'is no folder inside of the repository')

/** As BuildKit and docker name stages. */
const target = z
  .string()
  .max(200)
  .regex(/^(?:[A-Za-z0-9][\w.-]*)?$/, 'is no name of a stage')

export const mostArgumentCharacters = 4000
const buildArguments = z.record(
  z
    .string()
    .max(200)
    .regex(/^[A-Za-z_]\w*$/, 'is no name of a build argument'),
  z.string().max(mostArgumentCharacters),
)
export type BuildArguments = z.infer<typeof buildArguments>

/**
 * How a repository's own Dockerfile is built. `file` is below the app's folder, `context` below the top of the repository (`.`
 * is the top itself). `target`: the stage to end with; null for the last one. `arguments` stay in the image's history.
 */
export const ownDockerfileSchema = z.object({
  file: found,
  context: found,
  target: found.nullable(),
  arguments: z.record(z.string(), found),
})
export type OwnDockerfile = z.infer<typeof ownDockerfileSchema>

/** What can be said otherwise than it was found. An empty `dockerfile`: the app is built without it. */
export const dockerfileWishSchema = z
  .object({ dockerfile: insidePathSchema, context: insidePathSchema, target, arguments: buildArguments })
  .partial()
export type DockerfileWish = z.infer<typeof dockerfileWishSchema>

/** With what was said laid over it; arguments of other names stay. */
export function withWish(own: OwnDockerfile, wish: DockerfileWish, origin: string): OwnDockerfile {
  const said = (value: string): Found => ({ value, origin })
  return {
    file: wish.dockerfile === undefined ? own.file : said(wish.dockerfile),
    context: wish.context === undefined ? own.context : said(wish.context || '.'),
    target: wish.target === undefined ? own.target : wish.target === '' ? null : said(wish.target),
    arguments: {
      ...own.arguments,
      ...Object.fromEntries(Object.entries(wish.arguments ?? {}).map(([name, value]) => [name, said(value)])),
    },
  }
}

export const toArguments = (own: OwnDockerfile): BuildArguments =>
  Object.fromEntries(Object.entries(own.arguments).map(([name, { value }]) => [name, value]))

/** What would give a secret away: anybody who has the image reads its arguments. Undefined: nothing. */
export function findSecretArgument(
  given: BuildArguments,
  { variables, secrets }: { variables: Readonly<Record<string, string>>; secrets: readonly string[] },
): Failure | undefined {
  const name = Object.keys(given).find(one => {
    const variable = variables[one]
    return (variable !== undefined && secrets.includes(variable)) || secrets.includes(given[one] ?? '')
  })
  return name === undefined ? undefined : secretArgument(name)
}

export const secretArgument = (name: string): Failure => ({
  code: 'invalid_input',
  message: `The build argument ${name} is a secret, and arguments stay readable in the image.`,
  hint: `Take the argument out, and let the Dockerfile mount the variable: RUN --mount=type=secret,id=${name}`,
})
