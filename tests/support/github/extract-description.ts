/**
 * Makes `description.json` of GitHub's own description of its API: the shapes of what the stand-in answers, a two-hundredth of the
 * whole. Run it after adding a route, on the file of a package that is too large to be installed by everybody:
 *
 *     npm pack @octokit/openapi && tar -xf octokit-openapi-*.tgz
 *     node tests/support/github/extract-description.ts package/generated/api.github.com.json
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
type Operations = Readonly<Record<string, { readonly responses: Json }>>

const routes = [
  'GET /user',
  'GET /user/repos',
  'GET /user/starred',
  'GET /users/{username}',
  'GET /rate_limit',
  'GET /repos/{owner}/{repo}',
  'GET /repos/{owner}/{repo}/branches',
  'GET /repos/{owner}/{repo}/branches/{branch}',
  'GET /repos/{owner}/{repo}/tags',
  'GET /repos/{owner}/{repo}/pulls',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}',
  'GET /repos/{owner}/{repo}/commits',
  'GET /repos/{owner}/{repo}/commits/{ref}',
  'GET /repos/{owner}/{repo}/compare/{basehead}',
  'GET /repos/{owner}/{repo}/git/ref/{ref}',
  'GET /repos/{owner}/{repo}/deployments',
  'POST /repos/{owner}/{repo}/deployments',
  'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
]
/** What says nothing about shapes. */
const words = new Set(['description', 'example', 'examples', 'summary', 'title', 'externalDocs', 'x-github'])

const [file = ''] = process.argv.slice(2)
const whole = JSON.parse(readFileSync(file, 'utf8')) as {
  info: { version: string }
  paths: Readonly<Record<string, Operations>>
  components: Readonly<Record<string, Readonly<Record<string, Json>>>>
}
const wanted = new Set<string>()

/** `isNames`: the keys are names of properties, among which there may be a `description`. */
function strip(value: Json, isNames = false): Json {
  if (Array.isArray(value)) return value.map(one => strip(one))
  if (typeof value !== 'object' || value === null) return value
  const { $ref } = value as { readonly $ref?: Json }
  if (typeof $ref === 'string') wanted.add($ref)
  const kept = Object.entries(value).filter(([key]) => isNames || !words.has(key))
  return Object.fromEntries(kept.map(([key, one]) => [key, strip(one, key === 'properties' && !isNames)]))
}

const paths: Record<string, Record<string, Json>> = {}
for (const route of routes) {
  const [method = '', path = ''] = route.split(' ')
  const operation = whole.paths[path]?.[method.toLowerCase()]
  if (operation === undefined) throw new Error(`GitHub describes no ${route}`)
  paths[path] = { ...paths[path], [method.toLowerCase()]: { responses: strip(operation.responses) } }
}
const components: Record<string, Record<string, Json>> = {}
// What is wanted grows while it is walked.
for (const reference of wanted) {
  const [, , kind = '', name = ''] = reference.split('/')
  const found = whole.components[kind]?.[name]
  if (found === undefined) throw new Error(`there is no ${reference}`)
  components[kind] = { ...components[kind], [name]: strip(found) }
}
const text = `${JSON.stringify({ info: { version: whole.info.version }, paths, components })}\n`
writeFileSync(join(import.meta.dirname, 'description.json'), text)
console.log(`${routes.length} routes, ${wanted.size} parts, ${text.length} bytes`)
