/** What GitHub answers, whole: every field that its description requires. A test holds them to it. */
export interface StandInUser {
  readonly login: string
  readonly name?: string
  readonly type?: 'User' | 'Organization'
  /** By which commits are known to be theirs. */
  readonly email?: string
}

export interface StandInRepository {
  readonly owner: StandInUser
  readonly name: string
  readonly isPrivate: boolean
  readonly isArchived: boolean
  readonly description: string
  readonly defaultBranch: string
  readonly pushedAt: string
}

export interface StandInDeployment {
  readonly id: number
  readonly sha: string
  readonly environment: string
  readonly payload: string
  readonly statuses: { readonly state: string; readonly environmentUrl: string }[]
}

/** Its head is `refs/pull/<number>/head` of the real repository. */
export interface StandInPull {
  readonly number: number
  title: string
  readonly head: string
  /** Open, when it is left out. */
  state?: 'open' | 'closed' | 'merged'
  /** The default branch, when it is left out. */
  base?: string
  /** Who has the fork that it comes from; null: the fork is gone, which its description does not say. Left out: it comes from the repository itself. */
  readonly fork?: StandInUser | null
  /** ISO time of what happened with it last; that of the last push to the repository, when it is left out. */
  updatedAt?: string
}

export interface StandInCommit {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: string
  readonly email: string
  readonly user: StandInUser | undefined
  readonly at: string
}

/** Addresses of the stand-in: where people go, and where programs go. */
export interface Places {
  readonly web: string
  readonly api: string
}

const idOf = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1e9, 7)

export function toUser({ login, type = 'User' }: StandInUser, { web, api }: Places) {
  const url = `${api}/users/${login}`
  return {
    login,
    id: idOf(login),
    node_id: `U_${login}`,
    avatar_url: `${web}/avatars/${login}.png`,
    gravatar_id: '',
    url,
    html_url: `${web}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  }
}

export function toViewer(user: StandInUser, places: Places) {
  return {
    ...toUser(user, places),
    user_view_type: 'public',
    name: user.name ?? null,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 1,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
  }
}

/** Fields that hold the address of something below the repository. */
const below = [
  ...['archive', 'assignees', 'blobs', 'branches', 'collaborators', 'comments', 'commits', 'compare'],
  ...['contents', 'contributors', 'deployments', 'downloads', 'events', 'forks', 'git_commits', 'git_refs'],
  ...[
    'git_tags',
    'hooks',
    'issue_comment',
    'issue_events',
    'issues',
    'keys',
    'labels',
    'languages',
    'merges',
  ],
  ...['milestones', 'notifications', 'pulls', 'releases', 'stargazers', 'statuses', 'subscribers'],
  ...['subscription', 'tags', 'teams', 'trees'],
]

export function toRepository(repository: StandInRepository, places: Places) {
  const fullName = `${repository.owner.login}/${repository.name}`
  const url = `${places.api}/repos/${fullName}`
  const html = `${places.web}/${fullName}`
  return {
    ...Object.fromEntries(below.map(name => [`${name}_url`, `${url}/${name}`])),
    id: idOf(fullName),
    node_id: `R_${fullName}`,
    name: repository.name,
    full_name: fullName,
    owner: toUser(repository.owner, places),
    private: repository.isPrivate,
    html_url: html,
    description: repository.description === '' ? null : repository.description,
    fork: false,
    url,
    git_url: `${html.replace(/^http/, 'git')}.git`,
    ssh_url: `git@localhost:${fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: 'JavaScript',
    license: null,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: 1,
    open_issues: 0,
    open_issues_count: 0,
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_downloads: true,
    archived: repository.isArchived,
    disabled: false,
    default_branch: repository.defaultBranch,
    visibility: repository.isPrivate ? 'private' : 'public',
    pushed_at: repository.pushedAt,
    created_at: '2024-01-01T00:00:00Z',
    updated_at: repository.pushedAt,
  }
}

export const toBranch = (name: string, sha: string, repositoryUrl: string) => ({
  name,
  commit: { sha, url: `${repositoryUrl}/commits/${sha}` },
  protected: false,
})

export const toTag = (name: string, sha: string, repositoryUrl: string) => ({
  name,
  commit: { sha, url: `${repositoryUrl}/commits/${sha}` },
  zipball_url: `${repositoryUrl}/zipball/refs/tags/${name}`,
  tarball_url: `${repositoryUrl}/tarball/refs/tags/${name}`,
  node_id: `T_${name}`,
})

export function toCommit(commit: StandInCommit, fullName: string, places: Places) {
  const url = `${places.api}/repos/${fullName}/commits/${commit.sha}`
  const signature = { name: commit.author, email: commit.email, date: commit.at }
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    url,
    html_url: `${places.web}/${fullName}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${places.api}/repos/${fullName}/git/commits/${commit.sha}`,
      author: signature,
      committer: signature,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${places.api}/repos/${fullName}/git/trees/${commit.tree}` },
    },
    author: commit.user === undefined ? null : toUser(commit.user, places),
    committer: null,
    parents: commit.parents.map(sha => ({ sha, url: `${places.api}/repos/${fullName}/commits/${sha}` })),
  }
}

export function toComparison(
  given: {
    base: StandInCommit
    mergeBase: StandInCommit
    commits: readonly StandInCommit[]
    ahead: number
    behind: number
    basehead: string
  },
  fullName: string,
  places: Places,
) {
  const { ahead, behind } = given
  const html = `${places.web}/${fullName}/compare/${given.basehead}`
  return {
    url: `${places.api}/repos/${fullName}/compare/${given.basehead}`,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: toCommit(given.base, fullName, places),
    merge_base_commit: toCommit(given.mergeBase, fullName, places),
    status: ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged',
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    commits: given.commits.map(commit => toCommit(commit, fullName, places)),
    files: [],
  }
}

export function toPull(
  pull: StandInPull & { readonly sha: string; readonly base: string; readonly baseSha: string },
  repository: StandInRepository,
  places: Places,
) {
  const fullName = `${repository.owner.login}/${repository.name}`
  const url = `${places.api}/repos/${fullName}/pulls/${pull.number}`
  const issue = `${places.api}/repos/${fullName}/issues/${pull.number}`
  const html = `${places.web}/${fullName}/pull/${pull.number}`
  const { fork = repository.owner, state = 'open' } = pull
  const from = { ...repository, owner: fork ?? repository.owner }
  const side = (ref: string, sha: string, of: StandInRepository = repository) => ({
    label: `${of.owner.login}:${ref}`,
    ref,
    sha,
    user: toUser(of.owner, places),
    repo: toRepository(of, places),
  })
  const endedAt = state === 'open' ? null : repository.pushedAt
  const link = (href: string) => ({ href })
  return {
    url,
    id: pull.number,
    node_id: `PR_${pull.number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${url}/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: `${places.api}/repos/${fullName}/statuses/${pull.sha}`,
    number: pull.number,
    state: state === 'open' ? 'open' : 'closed',
    locked: false,
    title: pull.title,
    user: toUser(repository.owner, places),
    body: null,
    labels: [],
    milestone: null,
    created_at: repository.pushedAt,
    updated_at: pull.updatedAt ?? repository.pushedAt,
    closed_at: endedAt,
    merged_at: state === 'merged' ? endedAt : null,
    merge_commit_sha: null,
    assignee: null,
    head: { ...side(pull.head, pull.sha, from), ...(fork === null ? { repo: null } : {}) },
    base: side(pull.base, pull.baseSha),
    _links: {
      self: link(url),
      html: link(html),
      issue: link(issue),
      comments: link(`${issue}/comments`),
      review_comments: link(`${url}/comments`),
      review_comment: link(`${url}/comments{/number}`),
      commits: link(`${url}/commits`),
      statuses: link(`${places.api}/repos/${fullName}/statuses/${pull.sha}`),
    },
    author_association: 'OWNER',
    auto_merge: null,
  }
}

/** What is said of one that is asked for by itself. */
export const toWholePull = (...[pull, repository, places]: Parameters<typeof toPull>) => ({
  ...toPull(pull, repository, places),
  merged: pull.state === 'merged',
  mergeable: true,
  mergeable_state: 'clean',
  merged_by: null,
  maintainer_can_modify: false,
  ...{ comments: 0, review_comments: 0, commits: 1, additions: 1, deletions: 1, changed_files: 1 },
})

export function toDeployment(deployment: StandInDeployment, repository: StandInRepository, places: Places) {
  const repositoryUrl = `${places.api}/repos/${repository.owner.login}/${repository.name}`
  const url = `${repositoryUrl}/deployments/${deployment.id}`
  return {
    ...{ url, id: deployment.id, node_id: `DE_${deployment.id}`, task: 'deploy' },
    ...{ sha: deployment.sha, ref: deployment.sha, payload: deployment.payload },
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: null,
    creator: toUser(repository.owner, places),
    created_at: repository.pushedAt,
    updated_at: repository.pushedAt,
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl,
    transient_environment: false,
    production_environment: false,
  }
}

export function toDeploymentStatus(
  {
    deployment,
    state,
    environmentUrl,
  }: { deployment: StandInDeployment; state: string; environmentUrl: string },
  repository: StandInRepository,
  places: Places,
) {
  const { url, repository_url, creator, created_at, updated_at, environment } = toDeployment(
    deployment,
    repository,
    places,
  )
  const id = deployment.statuses.length
  return {
    ...{ url: `${url}/statuses/${id}`, id, node_id: `DES_${id}`, state, creator, environment },
    ...{ description: '', target_url: '', log_url: '', environment_url: environmentUrl },
    ...{ deployment_url: url, repository_url, created_at, updated_at },
  }
}
