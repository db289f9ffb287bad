import { byChange } from '../../../shared/contract/every-deployment.ts'
import type { Deployment } from '../../../shared/domain/records.ts'
import { groupOf, groupsOfStatus, type StatusGroup, shownStatus } from '../../status/facts.ts'
import { toOwnerSearch } from '../../users/owner-search.ts'

/** What the board's address says: which rows, in which order. */
export interface BoardView {
  readonly tab?: StatusGroup
  readonly group?: 'project' | 'cluster' | 'status' | 'owner'
  readonly sort?: 'name' | 'age'
  readonly text?: string
  /** Id of the user whose deployments are shown. */
  readonly owner?: string
}

/** From an address that anybody may have typed. */
export function toBoardView(search: Record<string, unknown>): BoardView {
  const { tab, group, sort, text, owner } = search
  return {
    ...(typeof tab === 'string' && Object.hasOwn(groupsOfStatus, tab) ? { tab: tab as StatusGroup } : {}),
    ...(typeof group === 'string' && Object.hasOwn(titles, group)
      ? { group: group as keyof typeof titles }
      : {}),
    ...(sort === 'name' || sort === 'age' ? { sort } : {}),
    ...(typeof text === 'string' && text !== '' ? { text } : {}),
    ...toOwnerSearch(owner),
  }
}

export function withText({ text: _text, ...view }: BoardView, text: string): BoardView {
  return text === '' ? view : { ...view, text }
}

export type BoardItem =
  | { readonly kind: 'heading'; readonly title: string; readonly count: number }
  | { readonly kind: 'row'; readonly deployment: Deployment }

export const tabWords = {
  live: 'Live',
  building: 'Building',
  failed: 'Failed',
  stopped: 'Stopped',
} as const satisfies Record<StatusGroup, string>

export function countTabs(deployments: readonly Deployment[]): Record<StatusGroup, number> {
  const counts = { live: 0, building: 0, failed: 0, stopped: 0 }
  for (const deployment of deployments) counts[groupOf(shownStatus(deployment))] += 1
  return counts
}

/** Apart from what narrows them, so that thousands are not put in order again at each key. */
export const toSorted = (deployments: readonly Deployment[], sort: BoardView['sort']): Deployment[] =>
  deployments.toSorted(orders[sort ?? 'activity'])

/** Of rows that are in order already. */
export function toBoardItems(
  sorted: readonly Deployment[],
  view: Pick<BoardView, 'tab' | 'text' | 'group'>,
): BoardItem[] {
  const text = (view.text ?? '').toLowerCase()
  const rows = sorted.filter(
    each =>
      (view.tab === undefined || groupOf(shownStatus(each)) === view.tab) &&
      (text === '' || searchTextOf(each).includes(text)),
  )
  if (view.group === undefined) return rows.map(deployment => ({ kind: 'row', deployment }))

  const groups = Map.groupBy(rows, titles[view.group])
  return [...groups].flatMap(([title, members]): BoardItem[] => [
    { kind: 'heading', title, count: members.length },
    ...members.map(deployment => ({ kind: 'row', deployment }) as const),
  ])
}

const titles = {
  project: (each: Deployment) => each.project.name,
  cluster: (each: Deployment) => each.cluster.name,
  status: (each: Deployment) => tabWords[groupOf(shownStatus(each))],
  owner: (each: Deployment) => each.owner.name,
} satisfies Record<NonNullable<BoardView['group']>, (each: Deployment) => string>

/** What tells rows apart beside their names: the cluster where there are several, the owner where there are. */
export function toPlaces(
  deployments: readonly Deployment[],
  areSeveralUsers: boolean,
): ((each: Deployment) => string) | undefined {
  const areSeveralClusters = deployments.some(each => each.cluster.id !== deployments[0]?.cluster.id)
  if (!areSeveralClusters && !areSeveralUsers) return undefined
  return ({ cluster, owner }) =>
    [...(areSeveralClusters ? [cluster.name] : []), ...(areSeveralUsers ? [owner.name] : [])].join(' · ')
}

const names = new Intl.Collator()
const orders = {
  activity: byChange,
  name: (a: Deployment, b: Deployment) => names.compare(a.name, b.name),
  age: (a: Deployment, b: Deployment) => b.createdAt - a.createdAt,
}

/** What a row is found by. A row that changed is another object, so that what is kept of one stays true. */
const searchTexts = new WeakMap<Deployment, string>()

function searchTextOf(deployment: Deployment): string {
  const known = searchTexts.get(deployment)
  if (known !== undefined) return known
  const { name, branch, project, cluster, owner, latestBuild } = deployment
  const commit = latestBuild?.commit
  const facts = [name, branch, project.name, cluster.name, owner.name, commit?.sha, commit?.subject]
  const text = facts.join('\n').toLowerCase()
  searchTexts.set(deployment, text)
  return text
}
