import { Select } from '@mantine/core'
import type { GitHubRef } from '../../../shared/domain/github.ts'
import { Ago } from '../../format/clock.tsx'
import { shortSha } from '../../status/facts.ts'
import { CommitText } from '../../ui/CommitText.tsx'
import classes from './Wizard.module.css'

interface Shown {
  readonly ref: string
  readonly title: string
  readonly sha: string
  readonly commit: GitHubRef['commit']
}

/** Branches, and where GitHub tells of them tags and pull requests, each with its last commit. */
export function RefSelect({
  branches,
  refs,
  value,
  choose,
}: {
  branches: readonly { name: string; sha: string }[]
  refs: readonly GitHubRef[]
  value: string | null
  choose: (ref: string | null) => void
}) {
  const known = new Map(refs.map(one => [one.ref, one]))
  const shown = new Map<string, Shown>(
    branches.map(({ name, sha }) => [
      name,
      { ref: name, title: name, sha, commit: known.get(name)?.commit ?? null },
    ]),
  )
  const others = refs.filter(({ kind }) => kind !== 'branch')
  for (const one of others) shown.set(one.ref, one)
  const toItems = (kind: GitHubRef['kind']) =>
    others.filter(one => one.kind === kind).map(({ ref, title }) => ({ value: ref, label: title }))
  const branchItems = branches.map(({ name }) => ({ value: name, label: name }))
  const groups = [
    { group: 'Branches', items: branchItems },
    { group: 'Pull requests', items: toItems('pull') },
    { group: 'Tags', items: toItems('tag') },
  ].filter(({ items }) => items.length > 0)
  const chosen = shown.get(value ?? '')
  return (
    <div className={classes.wide}>
      <Select
        aria-label="Branch"
        data={others.length === 0 ? branchItems : groups}
        value={value}
        onChange={choose}
        allowDeselect={false}
        searchable
        maxDropdownHeight={320}
        renderOption={({ option }) => <Option one={shown.get(option.value)} label={option.label} />}
      />
      {chosen?.commit && (
        <p className={classes.lastCommit}>
          <CommitText commit={chosen.commit} /> · {chosen.commit.author} · <Ago at={chosen.commit.at} />
        </p>
      )}
    </div>
  )
}

function Option({ one, label }: { one: Shown | undefined; label: string }) {
  return (
    <span className={classes.branch}>
      <span className="truncate">{label}</span>
      <span className={classes.refCommit}>
        {one?.commit && (
          <span className={`truncate ${classes.refSubject}`}>
            {one.commit.subject} · {one.commit.author}
          </span>
        )}
        <span className="mono third">{shortSha(one?.sha ?? '')}</span>
      </span>
    </span>
  )
}
