import { z } from 'zod'
import { toFailure } from '../../../shared/domain/failure.ts'
import type { GitHubRef, RefPage } from '../../../shared/domain/github.ts'
import type { GitHubClient } from './client.ts'
import { commitAnswerSchema, toCommit } from './commits.ts'

const named = z.array(z.object({ name: z.string(), commit: z.object({ sha: z.string() }) }))
const pulls = z.array(
  z.object({ number: z.number().int(), title: z.string(), head: z.object({ sha: z.string() }) }),
)

/** How many of each kind are shown with their last commit, which is asked for one by one. */
const mostKnown = { branch: 12, pull: 6, tag: 6 } as const
const askedAtOnce = 6

/** Branches, tags and open pull requests of a repository; then the last commits of the first of each. */
export async function* listRefs(
  client: GitHubClient,
  fullName: string,
  signal?: AbortSignal,
): AsyncGenerator<RefPage> {
  const [owner = '', repo = ''] = fullName.split('/')
  const parameters = { owner, repo, per_page: 100 }
  const all: GitHubRef[] = []
  const add = (refs: GitHubRef[]): RefPage => {
    all.push(...refs)
    return { refs, failure: null }
  }
  try {
    const branches = { route: 'GET /repos/{owner}/{repo}/branches', parameters, schema: named, signal }
    for await (const page of client.pages(branches))
      yield add(page.map(one => toNamed('branch', one.name, one)))
    const tags = await client.get({
      route: 'GET /repos/{owner}/{repo}/tags',
      parameters,
      schema: named,
      signal,
    })
    yield add(tags.data.map(one => toNamed('tag', `refs/tags/${one.name}`, one)))
    const open = await client.get({
      route: 'GET /repos/{owner}/{repo}/pulls',
      parameters: { ...parameters, state: 'open', sort: 'updated', direction: 'desc' },
      schema: pulls,
      signal,
    })
    yield add(open.data.map(toPull))
    const known = firstOfEach(all)
    for (let from = 0; from < known.length; from += askedAtOnce) {
      const asked = known.slice(from, from + askedAtOnce)
      const refs = await Promise.all(asked.map(async one => ({ ...one, commit: await readCommit(one.sha) })))
      yield { refs, failure: null }
    }
  } catch (error) {
    signal?.throwIfAborted()
    yield { refs: [], failure: toFailure(error) }
  }

  async function readCommit(ref: string) {
    const { data } = await client.get({
      route: 'GET /repos/{owner}/{repo}/commits/{ref}',
      parameters: { owner, repo, ref },
      schema: commitAnswerSchema,
      signal,
    })
    return toCommit(data)
  }
}

const toNamed = (
  kind: 'branch' | 'tag',
  ref: string,
  { name, commit }: { name: string; commit: { sha: string } },
): GitHubRef => ({ kind, ref, title: name, sha: commit.sha, commit: null })

const toPull = ({ number, title, head }: z.infer<typeof pulls>[number]): GitHubRef => ({
  kind: 'pull',
  ref: `refs/pull/${number}/head`,
  title: `#${number} ${title.slice(0, 200)}`,
  sha: head.sha,
  commit: null,
})

const firstOfEach = (all: readonly GitHubRef[]): GitHubRef[] =>
  (['branch', 'pull', 'tag'] as const).flatMap(kind =>
    all.filter(one => one.kind === kind).slice(0, mostKnown[kind]),
  )
