import { SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { SecretPlace } from '../../../shared/domain/records.ts'
import { api } from '../../connection/api.ts'
import { formatExact } from '../../format/time.ts'
import { Page } from '../../frame/Page.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import { Accounts } from './Accounts.tsx'
import { KeepsRunning, Limits, Notifications } from './Choices.tsx'
import { Diagnostics } from './Diagnostics.tsx'
import classes from './Settings.module.css'
import { SettingsRow } from './SettingsRow.tsx'
import { SpaceRow } from './SpaceRow.tsx'
import { Transfer } from './Transfer.tsx'
import { Users } from './Users.tsx'

export function SettingsPage() {
  const settings = useQuery(api.settings.get.queryOptions())
  const session = useQuery(api.session.info.queryOptions())
  useShownSection(settings.isSuccess && session.isSuccess)
  return (
    <Page title="Settings">
      <div className={classes.settings}>
        <Appearance />
        <Users />
        <Accounts />
        <Transfer />
        <QueryView query={settings} loading={<SkeletonRows count={2} widths={[32, 12]} />}>
          {given => (
            <>
              <Notifications given={given} />
              <KeepsRunning given={given} />
              <Limits given={given} />
              <SettingsRow title="Secrets" about="Never in the database, in logs or on this screen.">
                <span className="second">{secretNote(given.secretPlace)}</span>
              </SettingsRow>
              <SettingsRow
                title="Code runs with your rights"
                about="On this computer an app is not separated from your files."
              >
                <span className="second">
                  {given.localConsentAt === null
                    ? 'Asked before the first deploy'
                    : `Understood on ${formatExact(given.localConsentAt)}`}
                </span>
              </SettingsRow>
            </>
          )}
        </QueryView>
        <QueryView query={session} loading={<SkeletonRows count={3} widths={[24, 40]} />}>
          {info => (
            <>
              <SettingsRow title="Gateway" about="Every deployment answers here by its name.">
                <span className="mono">http://name.localhost:{info.gatewayPort}</span>
              </SettingsRow>
              <SettingsRow title="Data folder" about="Database, checkouts and logs.">
                <span className="mono">{info.dataFolder}</span>
              </SettingsRow>
              <SpaceRow />
              <Diagnostics />
              <SettingsRow title="Version">
                <span>{info.version}</span>
              </SettingsRow>
            </>
          )}
        </QueryView>
      </div>
    </Page>
  )
}

/** Brings the setting into view that the address names. */
function useShownSection(isLoaded: boolean): void {
  const { at } = useSearch({ from: '/settings' })
  useEffect(() => {
    if (!isLoaded || at === undefined) return
    const section = [...document.querySelectorAll('main section')].find(
      one => one.getAttribute('aria-label') === at,
    )
    section?.scrollIntoView({ block: 'center' })
    section?.querySelector<HTMLElement>('button, input, select')?.focus({ preventScroll: true })
  }, [at, isLoaded])
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <SettingsRow title="Appearance" about="Kept in this window.">
      <SegmentedControl
        size="xs"
        aria-label="Appearance"
        value={colorScheme}
        onChange={value => setColorScheme(value)}
        data={[
          { value: 'auto', label: 'As the system' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
      />
    </SettingsRow>
  )
}

function secretNote(place: SecretPlace | null): string {
  if (place === null) return "Kept in the computer's keychain, or where there is none in an encrypted file"
  return place.kind === 'keychain'
    ? "Kept in the computer's keychain"
    : 'Kept in an encrypted file in the data folder, which only you can read. There was no keychain'
}
