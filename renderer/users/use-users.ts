import { useQuery } from '@tanstack/react-query'
import type { UserList } from '../../shared/domain/records.ts'
import { api } from '../connection/api.ts'

/** The users, once they are known. With one alone, whose something is need not be said or asked. */
export function useUsers(): { users: UserList; areSeveral: boolean } {
  const users = useQuery(api.users.list.queryOptions()).data ?? []
  return { users, areSeveral: users.length > 1 }
}
