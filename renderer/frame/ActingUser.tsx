import { Menu, UnstyledButton } from '@mantine/core'
import { IconSelector, IconSettings } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { api } from '../connection/api.ts'
import { LinkItem } from '../ui/LinkButton.tsx'
import { useUsers } from '../users/use-users.ts'
import { actAs } from '../users/user-actions.ts'
import classes from './Rail.module.css'

/** Who acts; where there are several, a menu to act as another. */
export function ActingUser() {
  const session = useQuery(api.session.info.queryOptions())
  const { users, areSeveral } = useUsers()
  const user = session.data?.user
  if (!areSeveral || user === undefined) {
    return <span className={`truncate ${classes.user}`}>{user?.name}</span>
  }
  return (
    <Menu position="top-start">
      <Menu.Target>
        <UnstyledButton className={classes.userButton} aria-label={`You act as ${user.name}. Change`}>
          <span className="truncate">{user.name}</span>
          <IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Act as</Menu.Label>
        {users.map(one => (
          <Menu.Item key={one.id} aria-current={one.id === user.id} onClick={() => void actAs(one)}>
            {one.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <LinkItem to="/settings" leftSection={<IconSettings size={15} />}>
          Users
        </LinkItem>
      </Menu.Dropdown>
    </Menu>
  )
}
