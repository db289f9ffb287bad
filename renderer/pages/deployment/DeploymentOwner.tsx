import { Select } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { toast } from '../../actions/toasts.tsx'
import { client, everyDeployment } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import { useUsers } from '../../users/use-users.ts'
import { refreshUsers } from '../../users/user-actions.ts'
import classes from './Deployment.module.css'
import type { DeploymentDetail } from './deployment-context.ts'

/** Whose project it is. Choosing somebody else hands it over at once; nothing is deployed or stopped by that. */
export function DeploymentOwner({ deployment }: { deployment: DeploymentDetail }) {
  const { project, owner } = deployment
  const { users, areSeveral } = useUsers()
  const all = useQuery(everyDeployment).data ?? []
  const give = useMutation({
    mutationFn: async (ownerId: string) => {
      await client.projects.give({ id: project.id, ownerId })
      await refreshUsers()
      toast(`${deployment.name} belongs to ${users.find(one => one.id === ownerId)?.name ?? 'them'} now.`)
    },
  })
  if (!areSeveral) return null
  const others = all.filter(one => one.project.id === project.id && one.id !== deployment.id)
  return (
    <section className={classes.owner} aria-label="Owner">
      <Select
        label="Owner"
        description={
          others.length === 0
            ? 'Choosing somebody else hands the project over at once. It goes on as it is.'
            : `Choosing somebody else hands the project over at once, with ${others.map(({ name }) => name).join(', ')}.`
        }
        value={give.isPending ? give.variables : owner.id}
        data={users.map(({ id, name }) => ({ value: id, label: name }))}
        allowDeselect={false}
        styles={{ wrapper: { maxWidth: 320 } }}
        disabled={give.isPending}
        onChange={id => {
          if (id !== null && id !== owner.id) give.mutate(id)
        }}
      />
      {give.error !== null && <FailurePanel failure={toShownFailure(give.error)} />}
    </section>
  )
}
