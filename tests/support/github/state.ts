import type { GitRepository } from '../git-server.ts'
import type { Places, StandInDeployment, StandInPull, StandInRepository, StandInUser } from './shapes.ts'

/** A repository of the stand-in. `git`: the real one behind it, where it has one. */
export interface Listed extends StandInRepository {
  readonly git: GitRepository | undefined
  readonly readers: ReadonlySet<string>
  readonly deployments: StandInDeployment[]
  readonly pulls: StandInPull[]
}

export interface GitHubState {
  readonly users: Map<string, StandInUser>
  readonly repositories: Map<string, Listed>
  /** New names, by old ones. */
  readonly renamed: Map<string, string>
  readonly stars: Map<string, string[]>
  readonly places: Places
}

export const canSee = (repository: Listed, login: string | undefined): boolean =>
  !repository.isPrivate || (login !== undefined && repository.readers.has(login))
