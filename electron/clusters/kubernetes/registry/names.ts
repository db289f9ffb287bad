import { type Registry, registrySchema } from '../../../../shared/domain/cluster.ts'
import { managed } from '../names.ts'

/** The registry that Slipway installs in a cluster: one for the cluster, whoever uses it. */
export const installed = {
  namespace: 'slipway-registry',
  /** Deployment, Service, volume and login. */
  registry: 'registry',
  /** On every node: what the node finds at 127.0.0.1. */
  nodePath: 'node-path',
  port: 5000,
  /** Of 127.0.0.1 on every node. Outside of the range of node ports, next to the gateway's. */
  nodePort: 7781,
  user: 'slipway',
} as const

const partLabel = 'app.kubernetes.io/part-of'
/** Of every object of it, by which it is counted. */
export const registryLabels = { ...managed, [partLabel]: installed.namespace } as const

/**
 * Builds push to the Service, by a name that every pod can look up. Nodes cannot: they pull from their own 127.0.0.1, which
 * container runtimes take without TLS, so that nothing on them has to change.
 */
export const installedRegistry: Registry = registrySchema.parse({
  address: `${installed.registry}.${installed.namespace}.svc:${installed.port}`,
  pullAddress: `127.0.0.1:${installed.nodePort}`,
  hostAddress: null,
  isPlainHttp: true,
  isInstalled: true,
})
