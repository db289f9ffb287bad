import { findSkipWord, isWatchedFile } from '../../shared/domain/push.ts'
import type { Deployment } from '../../shared/domain/records.ts'

export interface PushFacts {
  readonly wanted: Deployment['wanted']
  /** Of the deployment, as it is described now. */
  readonly branch: string
  readonly watch: { readonly branch: string; readonly seenSha: string; readonly paths: readonly string[] }
  readonly headSha: string
  /** Of the newest build, whatever became of it; undefined when there is none. */
  readonly builtSha: string | undefined
  /** What was pushed. Undefined: nobody has looked yet. Null: it cannot be known. */
  readonly pushed: { readonly message: string | null; readonly files: readonly string[] | null } | undefined
}

/** `note`: the head is dealt with. `why`: said in the history, where the push is passed over. */
export type PushAction =
  | { readonly do: 'nothing' }
  | { readonly do: 'look' }
  | { readonly do: 'note'; readonly why?: string }
  | { readonly do: 'deploy' }

const nothing: PushAction = { do: 'nothing' }
const note: PushAction = { do: 'note' }

/** Order is the specification: the first check that answers wins. What cannot be known does not keep a push from being deployed. */
const checks: readonly ((facts: PushFacts) => PushAction | undefined)[] = [
  ({ wanted }) => (wanted === 'removed' ? nothing : undefined),
  // The head of another branch is no push.
  ({ branch, watch }) => (branch === watch.branch ? undefined : note),
  ({ headSha, watch }) => (headSha === watch.seenSha ? nothing : undefined),
  // Such as one that was imported: that it runs here is for a person to begin.
  ({ builtSha }) => (builtSha === undefined ? note : undefined),
  // A person was quicker.
  ({ headSha, builtSha }) => (headSha === builtSha ? note : undefined),
  // It stays unseen, and is deployed when somebody starts the deployment.
  ({ wanted }) => (wanted === 'stopped' ? nothing : undefined),
  ({ pushed }) => (pushed === undefined ? { do: 'look' } : undefined),
  ({ pushed }) => {
    const word = findSkipWord(pushed?.message ?? '')
    return word === undefined ? undefined : { do: 'note', why: `its message says ${word}` }
  },
  ({ pushed, watch: { paths } }) => {
    const files = pushed?.files ?? null
    if (paths.length === 0 || files === null || files.some(file => isWatchedFile(file, paths)))
      return undefined
    return { do: 'note', why: `it changes nothing in ${paths.join(', ')}` }
  },
]

export function decidePush(facts: PushFacts): PushAction {
  for (const check of checks) {
    const action = check(facts)
    if (action !== undefined) return action
  }
  return { do: 'deploy' }
}
