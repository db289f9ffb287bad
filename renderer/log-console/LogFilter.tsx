import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import type { LogLine } from '../../shared/domain/log.ts'
import { isErrorLine, isWarningLine } from '../../shared/domain/log-level.ts'
import classes from './LogConsole.module.css'
import type { LineFilter } from './log-session.ts'

export interface FilterWish {
  readonly level: 'all' | 'warnings' | 'errors'
  /** None: of all. */
  readonly instance: string | null
}

export const noFilter: FilterWish = { level: 'all', instance: null }

const levelWords = { all: 'All lines', warnings: 'Warnings and errors', errors: 'Errors' } as const

const tests = {
  all: () => true,
  warnings: isWarningLine,
  errors: isErrorLine,
} as const satisfies Record<FilterWish['level'], (line: LogLine) => boolean>

export const toFilter =
  ({ level, instance }: FilterWish): LineFilter =>
  line =>
    (instance === null || line.instance === instance) && tests[level](line)

/** Which lines are drawn: by level, and by instance where several printed. */
export function LogFilter({
  wish,
  choose,
  instances,
}: {
  wish: FilterWish
  choose: (wish: FilterWish) => void
  instances: readonly string[]
}) {
  const isOn = wish.level !== 'all' || wish.instance !== null
  const label = isOn ? `Filter: ${toText(wish)}` : 'Filter'
  return (
    <Menu>
      <Menu.Target>
        <Tooltip label={label}>
          <ActionIcon aria-label={label} className={classes.tool} data-on={isOn || undefined}>
            <IconFilter size={16} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(levelWords) as FilterWish['level'][]).map(level => (
          <Menu.Item
            key={level}
            onClick={() => choose({ ...wish, level })}
            aria-current={level === wish.level}
          >
            {levelWords[level]}
          </Menu.Item>
        ))}
        {(instances.length > 1 || wish.instance !== null) && (
          <>
            <Menu.Divider />
            <Menu.Item
              onClick={() => choose({ ...wish, instance: null })}
              aria-current={wish.instance === null}
            >
              All instances
            </Menu.Item>
            {instances.map(instance => (
              <Menu.Item
                key={instance}
                className="mono"
                onClick={() => choose({ ...wish, instance })}
                aria-current={wish.instance === instance}
              >
                {instance}
              </Menu.Item>
            ))}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

export const toText = ({ level, instance }: FilterWish): string =>
  [
    ...(level === 'all' ? [] : [levelWords[level].toLowerCase()]),
    ...(instance === null ? [] : [instance]),
  ].join(' of ')
