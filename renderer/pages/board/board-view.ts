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

export function toBoardItems(deployments: readonly Deployment[], view: BoardView): BoardItem[] {
  const rows = deployments
    .filter(each => view.tab === undefined || groupOf(shownStatus(each)) === view.tab)
    .filter(each => matches(each, view.text ?? ''))
    .toSorted(orders[view.sort ?? 'activity'])
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

const orders = {
  activity: (a: Deployment, b: Deployment) => b.changedAt - a.changedAt,
  name: (a: Deployment, b: Deployment) => a.name.localeCompare(b.name),
  age: (a: Deployment, b: Deployment) => b.createdAt - a.createdAt,
}

function matches(deployment: Deployment, text: string): boolean {
  const { name, branch, project, cluster, owner, latestBuild } = deployment
  const commit = latestBuild?.commit
  const facts = [name, branch, project.name, cluster.name, owner.name]
  return [...facts, commit?.sha ?? '', commit?.subject ?? ''].some(each =>
    each.toLowerCase().includes(text.toLowerCase()),
  )
}
