import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { clusterRoles } from '../../../shared/domain/cluster.ts'
import { copyText } from '../../actions/copy.ts'
import { client } from '../../connection/api.ts'
import { toShownFailure } from '../../connection/failures.ts'
import { FailurePanel } from '../../ui/FailurePanel.tsx'
import classes from './Clusters.module.css'

type Role = (typeof clusterRoles)[number]

const abouts = {
  owner:
    'Makes the namespaces of users and builds. Kubernetes cannot limit that to some names, so it may do this in all. Makes no members: only an administrator gives rights.',
  member:
    'Works in one namespace for apps and one for builds, which these objects prepare. Sees nothing else. An administrator applies it.',
} as const satisfies Record<Role, string>

/** The rights that Slipway needs, as objects to be applied by whoever runs the cluster. */
export function Rbac({ id }: { id: string }) {
  const write = useMutation({
    mutationFn: async (role: Role) => ({ role, ...(await client.clusters.rbac({ id, role })) }),
  })
  return (
    <section className={classes.section} aria-label="Rights">
      <h2 className={classes.title}>Rights</h2>
      <p className={classes.note}>
        For whoever runs the cluster to apply: they give the person in the kubeconfig what Slipway uses.
      </p>
      <ul className={classes.list}>
        {(['owner', 'member'] as const).map(role => (
          <li key={role} className={classes.role}>
            <div>
              <h3 className={classes.roleName}>{role === 'owner' ? 'Owner' : 'Member'}</h3>
              <p className={classes.note}>{abouts[role]}</p>
            </div>
            <Button
              variant="default"
              aria-label={`Show the rights of ${role === 'owner' ? 'an owner' : 'a member'}`}
              loading={write.isPending && write.variables === role}
              onClick={() => write.mutate(role)}
            >
              Show
            </Button>
          </li>
        ))}
      </ul>
      {write.error !== null && <FailurePanel failure={toShownFailure(write.error)} />}
      {write.data !== undefined && (
        <div className={classes.yaml}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <pre tabIndex={0} className={classes.yamlText}>
            {write.data.yaml}
          </pre>
          <Button variant="default" onClick={() => void copyText(write.data.yaml, 'the rights')}>
            Copy
          </Button>
        </div>
      )}
    </section>
  )
}
