import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { Deployment } from '../../../shared/domain/records.ts'
import { refresh } from '../../actions/deployment-actions.ts'
import { toast } from '../../actions/toasts.tsx'
import { client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { NameDialog } from '../../ui/NameDialog.tsx'

/** For a removal that does not come to its end: asks for the name, and says what it leaves. */
export function ForgetDialog({
  deployment: { id, name, cluster },
  isOpen,
  close,
}: {
  deployment: Pick<Deployment, 'id' | 'name' | 'cluster'>
  isOpen: boolean
  close: () => void
}) {
  const navigate = useNavigate()
  const forget = useMutation({
    mutationFn: (typed: string) => client.deployments.forget({ id, name: typed }),
    onSuccess: async () => {
      close()
      await navigate({ to: '/clusters' })
      await refresh()
      toast(`Slipway forgot ${name}. What may be left of it in ${cluster.name} is listed here.`)
    },
  })
  return (
    <NameDialog
      {...{ name, isOpen, close }}
      title={`Forget ${name}`}
      verb="Forget"
      otherwise="Go on waiting"
      act={typed => forget.mutate(typed)}
      isPending={forget.isPending}
      failure={forget.error === null ? null : toShownFailure(forget.error)}
      about={
        <>
          Lost: its records and logs. Nothing in {cluster.name} is changed: the app may run on there, and
          Slipway keeps a list of what may be left.
        </>
      }
    />
  )
}
