import { type KubernetesObject, loadAllYaml } from '@kubernetes/client-node'
import { memberBuildNamespace, tenantNamespace } from '../../electron/clusters/kubernetes/names.ts'
import { writeRbac } from '../../electron/clusters/kubernetes/preflight/preflight.ts'
import { clusterSettingsSchema } from '../../shared/domain/cluster.ts'
import { clusterSettings, contextName, kubectl, personKubeconfig } from './cluster.ts'

/** Somebody with what Slipway prints for a member, which whoever runs the cluster has yet to apply. */
export async function newMember(person: string, ownerId: string, gitUrls: readonly string[] = []) {
  const kubeconfig = await personKubeconfig(person)
  const tenant = tenantNamespace(ownerId)
  const build = memberBuildNamespace(ownerId)
  const settings = clusterSettingsSchema.parse({
    ...{ context: contextName, ...(await clusterSettings()), kubeconfig },
  })
  const yaml = await writeRbac({ settings, userId: ownerId, role: 'member', gitUrls })
  return {
    kubeconfig,
    namespaces: { tenant, build },
    yaml,
    objects: loadAllYaml(yaml) as KubernetesObject[],
    /** All of it but the role that members share. */
    clean: async (): Promise<void> => {
      await kubectl('delete', 'namespace', tenant, build, '--ignore-not-found', '--wait=false')
      await kubectl('delete', 'clusterrolebinding', `slipway-member-${tenant}`, '--ignore-not-found')
    },
  }
}
