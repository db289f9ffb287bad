import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Activity, User, UserList } from '../../shared/domain/records.ts'
import { isSameUserName } from '../../shared/domain/user.ts'
import type { Reader } from '../database/reader.ts'
import type { DeploymentRow, ProjectRow } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'

/** Who asks, by the name that history keeps. */
type Named = Pick<User, 'name'>

/**
 * Who owns projects, and who acts. One user is the current one: whoever is sitting at this computer. Since that one cannot be
 * removed, there always is one.
 */
export function createUsers(deps: {
  reader: Reader
  writer: Writer
  /** Logins of the user that are signed in at GitHub. */
  loginsOf: (userId: string) => readonly string[]
  /** Which deployments show something else now; the lists of users and owners always do. */
  changed: (deploymentIds: readonly string[]) => void
}) {
  const { reader, writer, changed } = deps

  const find = (id: string): User => {
    const user = reader.user(id)
    if (user) return user
    throw new SlipwayError({
      code: 'not_found',
      message: 'There is no such user any more.',
      hint: `There is: ${nameAll(reader.users())}.`,
    })
  }

  const record = (asker: Named, verb: Activity['verb'], detail: string) =>
    writer.activity({ user: asker.name, verb, deploymentId: null, deployment: null, detail })

  const current = (): User => find(reader.settings().currentUserId ?? '')

  const refuseTaken = (name: string, but?: string) => {
    const taken = reader.users().find(one => one.id !== but && isSameUserName(one.name, name))
    if (!taken) return
    throw new SlipwayError({
      code: 'name_taken',
      message: `There is a user called ${taken.name} already.`,
      hint: 'Choose another name.',
    })
  }

  const refuseOwner = (user: User) => {
    const owned = reader.projectsOf(user.id)
    if (owned.length === 0) return
    const others = reader.users().filter(one => one.id !== user.id)
    const [deployment] = reader.deploymentsOf(owned[0]?.id ?? '')
    throw new SlipwayError({
      code: 'conflict',
      message: `${user.name} owns ${nameAll(owned)}.`,
      hint: `Give what should stay to another user first (slipway give ${deployment?.name ?? 'NAME'} ${
        others[0]?.name ?? 'USER'
      }, or in the settings of a deployment), and remove the rest.`,
    })
  }

  const refuseSignedIn = (user: User) => {
    const [login] = deps.loginsOf(user.id)
    if (login === undefined) return
    throw new SlipwayError({
      code: 'conflict',
      message: `${user.name} is signed in at GitHub as ${login}.`,
      hint: `Sign out first, in the settings or with slipway github logout ${login}.`,
    })
  }

  /** Its objects and images lie in a part of the cluster that is its owner's. */
  const refuseInCluster = (given: readonly DeploymentRow[]) => {
    const kinds = new Map(reader.clusters().map(one => [one.id, one.kind]))
    const there = given.filter(one => kinds.get(one.clusterId) === 'kubernetes')
    if (there.length === 0) return
    throw new SlipwayError({
      code: 'conflict',
      message: `${nameAll(there)} ${there.length === 1 ? 'runs' : 'run'} in a cluster, in a part of it that is its owner’s.`,
      hint: 'Remove it there, and deploy it again as the other user.',
    })
  }

  return {
    current,

    /** By a name in any case, as somebody typed it. */
    named: (name: string): User => {
      const user = reader.userNamed(name)
      if (user) return user
      throw new SlipwayError({
        code: 'not_found',
        message: `There is no user called ${name}.`,
        hint: `There is: ${nameAll(reader.users())}.`,
      })
    },

    list: (): UserList => {
      const { currentUserId } = reader.settings()
      return reader.users().map(user => ({
        ...user,
        projects: reader.projectsOf(user.id).map(({ name }) => name),
        isCurrent: user.id === currentUserId,
      }))
    },

    add: (name: string, asker: Named): User => {
      const id = writer.transaction(() => {
        refuseTaken(name)
        record(asker, 'user_added', name)
        return writer.user(name)
      })
      changed([])
      return { id, name }
    },

    rename: (id: string, name: string, asker: Named): User => {
      const before = find(id)
      if (before.name === name) return before
      writer.transaction(() => {
        refuseTaken(name, id)
        writer.renameUser(id, name)
        record(asker, 'user_renamed', `${before.name} to ${name}`)
      })
      changed(reader.projectsOf(id).flatMap(project => idsOf(project)))
      return { id, name }
    },

    remove: (id: string, asker: Named): void => {
      const user = find(id)
      writer.transaction(() => {
        if (current().id === id) {
          throw new SlipwayError({
            code: 'conflict',
            message:
              reader.users().length === 1
                ? `${user.name} is the only user.`
                : `${user.name} is who acts here now.`,
            hint: 'Add somebody else or choose another user to act as first, then remove this one.',
          })
        }
        refuseOwner(user)
        refuseSignedIn(user)
        writer.removeUser(id)
        record(asker, 'user_removed', user.name)
      })
      changed([])
    },

    use: (id: string): User => {
      const user = find(id)
      writer.setting('currentUserId', id)
      changed([])
      return user
    },

    give: (projectId: string, ownerId: string, asker: Named): void => {
      const project = reader.project(projectId)
      if (!project) {
        throw new SlipwayError({
          code: 'not_found',
          message: 'There is no such project any more.',
          hint: 'Go back to the board.',
        })
      }
      if (project.ownerId === ownerId) return
      const { name } = find(ownerId)
      const given = reader.deploymentsOf(projectId)
      refuseInCluster(given)
      writer.transaction(() => {
        writer.giveProject(projectId, ownerId)
        for (const one of given) {
          const detail = `to ${name}`
          writer.activity({
            user: asker.name,
            verb: 'given',
            deploymentId: one.id,
            deployment: one.name,
            detail,
          })
        }
      })
      changed(given.map(({ id }) => id))
    },
  }

  function idsOf(project: ProjectRow): string[] {
    return reader.deploymentsOf(project.id).map(({ id }) => id)
  }
}

/** The user who acts from the first start on: of the name that is logged in to this computer. Renaming makes no second one. */
export function seedUser(reader: Reader, writer: Writer, loginName: string): void {
  const known = reader.user(reader.settings().currentUserId ?? '')
  if (known) return
  const user = reader.userNamed(loginName) ?? reader.users()[0]
  writer.setting('currentUserId', user?.id ?? writer.user(loginName))
}

const nameAll = (named: readonly Named[]): string => named.map(({ name }) => name).join(', ')
