import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Responses }>>>>
  readonly components: object
}
type Responses = Readonly<Record<string, { readonly $ref?: string; readonly content?: object }>>

/** GitHub's own description of its API. `check` says in what an answer differs from it. */
export function readDescription() {
  const file = join(import.meta.dirname, 'description.json')
  const description = JSON.parse(readFileSync(file, 'utf8'), withNull) as Description
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, discriminator: false })
  ajv.addSchema(description, 'github')
  const known = new Map<string, ValidateFunction>()

  const pointer = (...parts: string[]) =>
    parts.map(part => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')

  return {
    /** `route` as in the reference: `GET /repos/{owner}/{repo}`. */
    check(route: string, status: number, body: unknown): string[] {
      const [method = '', path = ''] = route.split(' ')
      const response = description.paths[path]?.[method.toLowerCase()]?.responses[String(status)]
      if (response === undefined) return [`${route} does not answer with ${status}`]
      const place =
        response.$ref?.slice(2) ?? pointer('paths', path, method.toLowerCase(), 'responses', String(status))
      const reference = `github#/${place}/content/${pointer('application/json')}/schema`
      const validate = known.get(reference) ?? ajv.compile({ $ref: reference })
      known.set(reference, validate)
      if (validate(body)) return []
      return (validate.errors ?? []).map(one => `${route}: ${one.instancePath} ${one.message}`)
    },
  }
}

/** `nullable` beside a reference means a thing that ajv does not know it to mean. */
function withNull(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { nullable, ...rest } = value as { nullable?: unknown; type?: unknown }
  return nullable === true && rest.type === undefined ? { anyOf: [rest, { type: 'null' }] } : value
}
