import { SegmentedControl, Select, Switch } from '@mantine/core'
import { formatBytes } from '../../../shared/domain/bytes.ts'
import type { Settings } from '../../../shared/domain/records.ts'
import { SettingsRow } from './SettingsRow.tsx'
import { useSetting } from './use-setting.ts'

export function Notifications({ given }: { given: Settings }) {
  const { value, choose } = useSetting('notifies', given.notifies)
  return (
    <SettingsRow title="Notifications" about="Of builds and rollouts that end, from the desktop app.">
      <SegmentedControl
        size="xs"
        aria-label="Notifications"
        value={value}
        onChange={choose}
        data={[
          { value: 'everything', label: 'All' },
          { value: 'problems', label: 'What went wrong' },
          { value: 'nothing', label: 'None' },
        ]}
      />
    </SettingsRow>
  )
}

export function KeepsRunning({ given }: { given: Settings }) {
  const { value, choose } = useSetting('keepsRunning', given.keepsRunning)
  return (
    <SettingsRow
      title="Keep new deployments running"
      about="They go on when Slipway quits, until they are stopped."
    >
      <Switch
        aria-label="Keep new deployments running"
        checked={value}
        onChange={event => choose(event.currentTarget.checked)}
      />
    </SettingsRow>
  )
}

const offered = { builds: [1, 2, 3, 4, 6, 8], logBytes: [250e6, 500e6, 1e9, 2e9, 5e9, 20e9] } as const

/** What was chosen in a terminal is one more. */
const toData = (values: readonly number[], now: number, toText: (value: number) => string) =>
  [...new Set([...values, now])]
    .toSorted((a, b) => a - b)
    .map(value => ({ value: String(value), label: toText(value) }))

export function Limits({ given }: { given: Settings }) {
  const builds = useSetting('buildsAtOnce', given.buildsAtOnce)
  const logs = useSetting('logBytes', given.logBytes)
  const common = { size: 'xs', w: 112, allowDeselect: false } as const
  return (
    <>
      <SettingsRow
        title="Builds at once"
        about="On this computer; further ones wait. Each cluster has a limit of its own."
      >
        <Select
          {...common}
          aria-label="Builds at once"
          data={toData(offered.builds, builds.value, String)}
          value={String(builds.value)}
          onChange={value => builds.choose(Number(value))}
        />
      </SettingsRow>
      <SettingsRow title="Space for logs" about="Of all apps and builds together. The oldest lines go first.">
        <Select
          {...common}
          aria-label="Space for logs"
          data={toData(offered.logBytes, logs.value, formatBytes)}
          value={String(logs.value)}
          onChange={value => logs.choose(Number(value))}
        />
      </SettingsRow>
    </>
  )
}
