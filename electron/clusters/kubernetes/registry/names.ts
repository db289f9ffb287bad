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
