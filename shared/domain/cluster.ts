import { z } from 'zod'

/** `host[:port][/path]`, without a scheme, as it stands before an image's name. */
const registryAddress = z
  .string()
  .trim()
  .max(300)
  .regex(/^[a-z0-9.-]+(?::\d{1,5})?(?:\/[a-z0-9._/-]*[a-z0-9])?$/, 'is no address of a registry')

/**
 * Where images of a cluster are kept. `address`: as builds and nodes reach it. `hostAddress`: as this computer reaches it,
 * where it does. `isPlainHttp`: without TLS, as registries inside of a cluster often are.
 */
export const registrySchema = z.object({
  address: registryAddress,
  hostAddress: registryAddress.nullable(),
  isPlainHttp: z.boolean(),
})
export type Registry = z.infer<typeof registrySchema>

const dnsName = z
  .string()
  .trim()
  .toLowerCase()
  .max(200)
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'is no domain')
const objectName = z
  .string()
  .trim()
  .max(253)
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'is no name of a Kubernetes object')
const image = z.string().trim().min(1).max(500).regex(/^\S+$/, 'is no image')

/** What a person sets for one Kubernetes cluster. Null: found in the cluster, or none. */
export const clusterSettingsSchema = z.object({
  context: z.string().min(1).max(1000),
  /** A kubeconfig file; null: `KUBECONFIG`, else the usual file. */
  kubeconfig: z.string().max(4000).nullable().default(null),
  /** The program that the context may start to sign in: somebody agreed to it. Another one asks anew. */
  mayStart: z.string().max(4000).nullable().default(null),
  registry: registrySchema.nullable().default(null),
  /** Registries to ask instead of others, at builds: `docker.io` -> `mirror.example:5000`. Plain http as the registry itself. */
  mirrors: z.record(z.string().max(300), registryAddress).default({}),
  /** Such as HTTP_PROXY. In the environment of builds, never in an image. */
  buildEnvironment: z.record(z.string().max(200), z.string().max(4000)).default({}),
  builderImage: image.default('docker.io/moby/buildkit:rootless'),
  gitImage: image.default('docker.io/alpine/git:latest'),
  /** Apps are `https://<name>.<base domain>`. */
  baseDomain: dnsName.nullable().default(null),
  ingressClass: objectName.nullable().default(null),
  /** A ClusterIssuer of cert-manager. */
  issuer: objectName.nullable().default(null),
  /** Builds at once. */
  builds: z.number().int().min(1).max(20).default(2),
  /** Whether builds may be privileged where nothing less is admitted. */
  allowsPrivilegedBuilds: z.boolean().default(false),
})
export type ClusterSettings = z.infer<typeof clusterSettingsSchema>

export const clusterChangesSchema = clusterSettingsSchema.omit({ context: true }).partial()
export type ClusterChanges = z.infer<typeof clusterChangesSchema>

/** A context of a kubeconfig that could become a cluster. `startsProgram`: to sign in, such as `aws`. */
export const contextSchema = z.object({
  name: z.string(),
  kubeconfig: z.string(),
  server: z.string(),
  startsProgram: z.string().nullable(),
  isVerified: z.boolean(),
  clusterId: z.string().nullable(),
})
export type Context = z.infer<typeof contextSchema>

export const checkResults = ['ok', 'warning', 'lack'] as const
/**
 * One thing that a cluster can or cannot do for a person. `action`: what to do about it, as a sentence; `command`: to copy.
 */
export const checkSchema = z.object({
  name: z.string(),
  title: z.string(),
  result: z.enum(checkResults),
  detail: z.string(),
  action: z.string().nullable(),
  command: z.string().nullable(),
})
export type Check = z.infer<typeof checkSchema>

/** The host below the cluster's base domain; undefined where there is none. */
export const toHost = (
  name: string,
  { baseDomain }: Pick<ClusterSettings, 'baseDomain'>,
): string | undefined => (baseDomain === null ? undefined : `${name}.${baseDomain}`)
