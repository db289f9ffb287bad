import { SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { SecretPlace } from '../../../shared/domain/records.ts'
import { toastFailure } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'
import { formatExact } from '../../format/time.ts'
import { Page } from '../../frame/Page.tsx'
import { QueryView } from '../../ui/QueryView.tsx'
import { SkeletonRows } from '../../ui/SkeletonRows.tsx'
import classes from './Settings.module.css'
import { Users } from './Users.tsx'

export function SettingsPage() {
  const settings = useQuery(api.settings.get.queryOptions())
  const session = useQuery(api.session.info.queryOptions())
  return (
    <Page title="Settings">
      <div className={classes.settings}>
        <Appearance />
        <Users />
        <QueryView query={settings} loading={<SkeletonRows count={2} widths={[32, 12]} />}>
          {given => (
            <>
              <KeepsRunning isOn={given.keepsRunning} />
              <Row title="Secrets" about="Never in the database, in logs or on this screen.">
                <span className="second">{secretNote(given.secretPlace)}</span>
              </Row>
              <Row
                title="Code runs with your rights"
                about="On this computer an app is not separated from your files."
              >
                <span className="second">
                  {given.localConsentAt === null
                    ? 'Asked before the first deploy'
                    : `Understood on ${formatExact(given.localConsentAt)}`}
                </span>
              </Row>
            </>
          )}
        </QueryView>
        <QueryView query={session} loading={<SkeletonRows count={3} widths={[24, 40]} />}>
          {info => (
            <>
              <Row title="Gateway" about="Every deployment answers here by its name.">
                <span className="mono">http://name.localhost:{info.gatewayPort}</span>
              </Row>
              <Row title="Data folder" about="Database, checkouts and logs.">
                <span className="mono">{info.dataFolder}</span>
              </Row>
              <Row title="Version">
                <span>{info.version}</span>
              </Row>
            </>
          )}
        </QueryView>
      </div>
    </Page>
  )
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Row title="Appearance" about="Kept in this window.">
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
    </Row>
  )
}

function KeepsRunning({ isOn }: { isOn: boolean }) {
  const update = useMutation({
    mutationFn: async (keepsRunning: boolean) => {
      await client.settings.update({ keepsRunning })
      await queryClient.invalidateQueries({ queryKey: api.settings.key() })
    },
    onError: toastFailure,
  })
  return (
    <Row title="Keep new deployments running" about="They go on when Slipway quits, until they are stopped.">
      <Switch
        aria-label="Keep new deployments running"
        checked={update.isPending ? update.variables : isOn}
        onChange={event => update.mutate(event.currentTarget.checked)}
      />
    </Row>
  )
}

function Row({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  return (
    <section className={classes.row} aria-label={title}>
      <div className={classes.words}>
        <h2 className={classes.title}>{title}</h2>
        {about !== undefined && <p className={classes.about}>{about}</p>}
      </div>
      <div className={classes.value}>{children}</div>
    </section>
  )
}

function secretNote(place: SecretPlace | null): string {
  if (place === null) return "Kept in the computer's keychain, or where there is none in an encrypted file"
  return place.kind === 'keychain'
    ? "Kept in the computer's keychain"
    : 'Kept in an encrypted file in the data folder, which only you can read. There was no keychain'
}
