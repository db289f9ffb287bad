import { Button, Checkbox, PasswordInput, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type ClusterChanges,
  type ClusterSettings,
  clusterChangesSchema,
  type ShownClusterSettings,
} from '../../../shared/domain/cluster.ts'
import { clusterLimitNames, tenantLimits } from '../../../shared/domain/cluster-limits.ts'
import { toast } from '../../actions/toasts.tsx'
import { api, client, queryClient } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Clusters.module.css'
import { LimitFields } from './LimitFields.tsx'
import { type SettingsForm, toChanges, toForm } from './settings-form.ts'

/** What is set for a cluster. What the cluster has by itself need not be said. */
export function ClusterSettingsForm({ id, settings }: { id: string; settings: ShownClusterSettings }) {
  const [form, setForm] = useState(() => toForm(settings))
  const changes = toChanges(form)
  const parsed = clusterChangesSchema.safeParse(changes)
  const wrong = new Map(
    parsed.error?.issues.map(({ path, message }) => [String(path[0]), `This ${message}.`]),
  )
  const hasPassword = settings.registryPasswordVersion !== null && form.registryUser === settings.registryUser
  const isChanged = JSON.stringify(form) !== JSON.stringify(toForm(settings))
  const save = useMutation({
    mutationFn: async () => {
      const { note } = await client.clusters.update({ id, changes: onlyChanged(changes, settings) })
      await queryClient.invalidateQueries({ queryKey: api.clusters.key() })
      return note
    },
    onSuccess: note => {
      setForm(before => ({ ...before, registryPassword: '' }))
      toast(note === null ? 'Saved.' : `Saved. ${note}`)
    },
  })
  const set = (part: Partial<SettingsForm>) => {
    setForm(before => ({ ...before, ...part }))
    save.reset()
  }
  const text = (key: TextKey, label: string, about: string, placeholder = '') => (
    <TextInput
      label={label}
      description={about}
      placeholder={placeholder}
      value={form[key]}
      error={wrong.get(errorKeys[key] ?? key) ?? null}
      spellCheck={false}
      autoComplete="off"
      onChange={event => set({ [key]: event.currentTarget.value })}
    />
  )
  return (
    <form
      className={classes.settings}
      onSubmit={event => {
        event.preventDefault()
        if (parsed.success) save.mutate()
      }}
    >
      {!form.isInstalled && (
        <>
          {text(
            'registry',
            'Registry',
            'Where images are kept, as builds and nodes reach it',
            'registry.example.com/apps',
          )}
          {text(
            'registryHost',
            'Registry from here',
            'Where this computer reaches it, if elsewhere',
            'As above',
          )}
          <Checkbox
            className={classes.wide ?? ''}
            label="The registry is reached without TLS"
            checked={form.isPlainHttp}
            onChange={event => set({ isPlainHttp: event.currentTarget.checked })}
          />
          {text('registryUser', 'User at the registry', 'Nobody is asked for, if empty')}
          <PasswordInput
            label="Password at the registry"
            description={hasPassword ? 'Set. Type another to replace it' : 'Kept in the secret store'}
            placeholder={hasPassword ? 'Set' : 'Not set'}
            value={form.registryPassword}
            disabled={form.registryUser.trim() === ''}
            autoComplete="off"
            onChange={event => set({ registryPassword: event.currentTarget.value })}
          />
          <Lines
            label="Certificates of the registry"
            about="Of who vouches for it, as PEM, where the public ones do not. Nodes need them in their own configuration"
            value={form.registryCa}
            error={wrong.get('registryCa')}
            change={registryCa => set({ registryCa })}
          />
        </>
      )}
      {text(
        'baseDomain',
        'Base domain',
        'Apps are at name.domain; through Slipway alone if empty',
        'apps.example.com',
      )}
      {text(
        'issuer',
        'Issuer of certificates',
        'A ClusterIssuer of cert-manager; http if empty',
        'letsencrypt',
      )}
      {text('ingressClass', 'Ingress class', 'The default one of the cluster if empty', 'traefik')}
      <Lines
        label="Mirrors"
        about="Registries to ask instead of others, one a line: docker.io=mirror.example.com"
        value={form.mirrors}
        error={wrong.get('mirrors')}
        change={mirrors => set({ mirrors })}
      />
      <Lines
        label="Environment of builds"
        about="One a line, such as HTTPS_PROXY=http://proxy:3128. Never in an image"
        value={form.buildEnvironment}
        error={wrong.get('buildEnvironment')}
        change={buildEnvironment => set({ buildEnvironment })}
      />
      <Lines
        label="Certificates for builds"
        about={toTrustText(settings)}
        value={form.buildCa}
        error={wrong.get('buildCa')}
        change={buildCa => set({ buildCa })}
      />
      {text('builderImage', 'Builder image', 'Rootless BuildKit')}
      {text('gitImage', 'Git image', 'An image with git, to fetch the code')}
      {(form.isInstalled || form.registry.trim() === '') && (
        <>
          {text('registryImage', 'Registry image', 'Of the registry that Slipway installs')}
          {text('registryNodeImage', 'Node path image', 'An nginx without root, which leads nodes to it')}
          {text('registryDisk', 'Room for images', 'Of the volume that Slipway asks for', '20Gi')}
        </>
      )}
      <Checkbox
        className={classes.wide ?? ''}
        label="What builds leave is kept for the next"
        description="In a volume for each user, 2 GiB larger than the disk of a build, where the cluster has volumes. Without it, layers come from the registry's cache"
        checked={form.keepsBuildState}
        onChange={event => set({ keepsBuildState: event.currentTarget.checked })}
      />
      <Checkbox
        className={classes.wide ?? ''}
        label="Builds may be privileged where nothing less works"
        description="A privileged build can take over its node"
        checked={form.allowsPrivilegedBuilds}
        onChange={event => set({ allowsPrivilegedBuilds: event.currentTarget.checked })}
      />
      <LimitFields
        title="Builds"
        names={buildLimitNames}
        limits={form.limits}
        wrong={wrong}
        set={limits => set({ limits: { ...form.limits, ...limits } })}
      />
      <LimitFields
        title="What each user may take"
        names={tenantLimits}
        limits={form.limits}
        wrong={wrong}
        set={limits => set({ limits: { ...form.limits, ...limits } })}
      />
      {save.error !== null && (
        <div className={classes.wide}>
          <FailurePanel failure={toShownFailure(save.error)} />
        </div>
      )}
      <div className={`${classes.buttons} ${classes.wide}`}>
        <Button type="submit" loading={save.isPending} disabled={!isChanged || !parsed.success}>
          Save
        </Button>
        {isChanged && (
          <Button variant="default" onClick={() => setForm(toForm(settings))}>
            Undo changes
          </Button>
        )}
      </div>
    </form>
  )
}

const toTrustText = ({ buildCa, buildCaSubjects }: ShownClusterSettings): string =>
  `${buildCa === null ? 'Not set' : `Set: ${buildCaSubjects.join('; ')}`}. As PEM, trusted beside the public ones by git, BuildKit and the commands of a build; never in an image`

const buildLimitNames = clusterLimitNames.filter(name => !tenantLimits.some(one => one === name))

/** What stays as it is need not be said: only limits that change are to be applied. */
const onlyChanged = (changes: ClusterChanges, settings: ClusterSettings): ClusterChanges =>
  Object.fromEntries(
    Object.entries(changes).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(settings[key as keyof ClusterSettings]),
    ),
  )

type TextKey = {
  [K in keyof SettingsForm]: SettingsForm[K] extends string ? K : never
}[keyof SettingsForm]

const errorKeys: Partial<Record<TextKey, string>> = { registryHost: 'registry' }

function Lines({
  label,
  about,
  value,
  error,
  change,
}: {
  label: string
  about: string
  value: string
  error: string | undefined
  change: (text: string) => void
}) {
  return (
    <Textarea
      className={classes.wide ?? ''}
      classNames={{ input: classes.text ?? '' }}
      label={label}
      description={about}
      value={value}
      error={error ?? null}
      autosize
      minRows={2}
      maxRows={10}
      spellCheck={false}
      onChange={event => change(event.currentTarget.value)}
    />
  )
}
