import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'

/** A setting of a list, in its toolbar: what it is now, and a menu of what else it can be. */
export function Choice<K extends string>({
  label,
  value,
  words,
  choose,
}: {
  label: string
  value: K
  words: Readonly<Partial<Record<K, string>>>
  choose: (key: K) => void
}) {
  return (
    <Menu>
      <Menu.Target>
        <Button
          style={{ flex: 'none' }}
          variant="subtle"
          color="gray"
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {label}: {words[value]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(words) as K[]).map(key => (
          <Menu.Item key={key} onClick={() => choose(key)} aria-current={key === value}>
            {words[key]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
