import type { V1StorageClass } from '@kubernetes/client-node'

/** Volumes for which no class is named come from it. */
export const isDefaultClass = ({ metadata }: V1StorageClass): boolean =>
  metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
