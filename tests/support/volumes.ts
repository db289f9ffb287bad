import { afterAll } from 'vitest'
import { apply, clusterProgram, isTestCluster, kubectl } from './cluster.ts'

const made: { name: string; path: string }[] = []
afterAll(async () => {
  for (const { name, path } of made) {
    await kubectl('delete', 'pv', name, '--ignore-not-found', '--wait=false')
    clusterProgram('exec', 'rm', '-rf', path)
  }
})

/**
 * A volume of 1 GiB for the next claim of one, into which others than root may write, as most storage classes make them: those of
 * the test cluster are folders of root's, and whoever runs without its rights may not.
 */
export async function offerVolume(name: string): Promise<void> {
  if (!isTestCluster) return
  const path = `/tmp/slipway-volume-${name}`
  made.push({ name, path })
  clusterProgram('exec', 'mkdir', '-m', '777', path)
  await apply({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'standard',
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path, type: 'Directory' },
    },
  })
  // Before, a claim is given another one, of root's.
  await kubectl('wait', `pv/${name}`, '--for=jsonpath={.status.phase}=Available', '--timeout=30s')
}
