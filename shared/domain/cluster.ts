import { z } from 'zod'
import { limitFields, limitFieldsWithDefaults } from './cluster-limits.ts'
import { failureSchema } from './failure.ts'

/** `host[:port][/path]`, without a scheme, as it stands before an image's name. */
const registryAddress = z
  .string()
  .trim()
  .max(300)
  .regex(/^[a-z0-9.-]+(?::\d{1,5})?(?:\/[a-z0-9._/-]*[a-z0-9])?$/, 'is no address of a registry')

/** The same, with its scheme where that is not the registry's own. */
const mirrorAddress = z
  .string()
  .trim()
  .max(300)
  .regex(
    /^(?:https?:\/\/)?[a-z0-9.-]+(?::\d{1,5})?(?:\/[a-z0-9._/-]*[a-z0-9])?$/,
    'is no address of a registry',
  )

/**
 * Where images of a cluster are kept. `address`: as builds push to it, and nodes pull from it where no `pullAddress` says
 * otherwise. `hostAddress`: as this computer reaches it, where it does. `isPlainHttp`: without TLS, as registries inside of a
 * cluster often are. `isInstalled`: by Slipway, in the cluster; this computer reaches it through the API server.
 */
export const registrySchema = z.object({
  address: registryAddress,
  hostAddress: registryAddress.nullable(),
  isPlainHttp: z.boolean(),
  pullAddress: registryAddress.nullable().default(null),
  isInstalled: z.boolean().default(false),
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
const certificates = z
  .string()
  .trim()
  .max(100_000)
  .regex(/^-----BEGIN CERTIFICATE-----/, 'is no certificate in PEM')
const image = z.string().trim().min(1).max(500).regex(/^\S+$/, 'is no image')

/** What a person sets for one Kubernetes cluster. Null: found in the cluster, or none. */
const fields = {
  /** A kubeconfig file; null: `KUBECONFIG`, else the usual file. */
  kubeconfig: z.string().min(1).max(4000).nullable(),
  /** The program that the context may start to sign in: somebody agreed to it. Another one asks anew. */
  mayStart: z.string().max(4000).nullable(),
  registry: registrySchema.nullable(),
  /** Null: the registry asks nobody who they are. */
  registryUser: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^:\s]+$/, 'is no name of a user')
    .nullable(),
  /** Certificates, as PEM, of who vouches for the registry, where the public ones do not. */
  registryCa: certificates.nullable(),
  /**
   * Registries to ask instead of others, at builds: `docker.io` -> `mirror.example:5000`. Plain http as the registry itself,
   * where no `http://` or `https://` says so.
   */
  mirrors: z.record(z.string().max(300), mirrorAddress),
  /** Such as HTTP_PROXY. In the environment of builds, never in an image. */
  buildEnvironment: z.record(z.string().max(200), z.string().max(4000)),
  /** Certificates, as PEM, that builds trust beside the public ones: of git servers, package registries, proxies that look inside. */
  buildCa: certificates.nullable(),
  builderImage: image,
  gitImage: image,
  /** Of the registry that Slipway installs where there is none, and of what leads every node to it: an nginx that needs no root. */
  registryImage: image,
  registryNodeImage: image,
  /** Room for its images. */
  registryDisk: z
    .string()
    .trim()
    .regex(/^[1-9]\d{0,4}(?:Gi|Ti)$/, 'is no size such as 20Gi'),
  /** Apps are `https://<name>.<base domain>`. */
  baseDomain: dnsName.nullable(),
  ingressClass: objectName.nullable(),
  /** A ClusterIssuer of cert-manager. */
  issuer: objectName.nullable(),
  /** Whether what builds leave is kept in a volume for each user, where the cluster has volumes. */
  keepsBuildState: z.boolean(),
  /** Whether builds may be privileged where nothing less is admitted. */
  allowsPrivilegedBuilds: z.boolean(),
  ...limitFields,
}

export const clusterSettingsSchema = z.object({
  context: z.string().min(1).max(1000),
  kubeconfig: fields.kubeconfig.default(null),
  mayStart: fields.mayStart.default(null),
  registry: fields.registry.default(null),
  registryUser: fields.registryUser.default(null),
  /** Names the password in the secret store. Null: none is set. */
  registryPasswordVersion: z.string().max(100).nullable().default(null),
  registryCa: fields.registryCa.default(null),
  mirrors: fields.mirrors.default({}),
  buildEnvironment: fields.buildEnvironment.default({}),
  buildCa: fields.buildCa.default(null),
  builderImage: fields.builderImage.default('docker.io/moby/buildkit:rootless'),
  gitImage: fields.gitImage.default('docker.io/alpine/git:latest'),
  registryImage: fields.registryImage.default('docker.io/library/registry:2'),
  registryNodeImage: fields.registryNodeImage.default('docker.io/nginxinc/nginx-unprivileged:stable'),
  registryDisk: fields.registryDisk.default('20Gi'),
  baseDomain: fields.baseDomain.default(null),
  ingressClass: fields.ingressClass.default(null),
  issuer: fields.issuer.default(null),
  keepsBuildState: fields.keepsBuildState.default(true),
  allowsPrivilegedBuilds: fields.allowsPrivilegedBuilds.default(false),
  ...limitFieldsWithDefaults,
})
export type ClusterSettings = z.infer<typeof clusterSettingsSchema>

/** `buildCaSubjects`: whom the certificates for builds name. */
export const shownClusterSettingsSchema = clusterSettingsSchema.extend({
  buildCaSubjects: z.array(z.string()),
})
export type ShownClusterSettings = z.infer<typeof shownClusterSettingsSchema>

/** What is not named stays as it is. The registry's password goes in, and never comes out. */
export const clusterChangesSchema = z
  .object({ ...fields, registryPassword: z.string().min(1).max(4000).nullable() })
  .partial()
export type ClusterChanges = z.input<typeof clusterChangesSchema>

/** How the last request went. `unknown`: nothing was asked of the cluster since Slipway was opened. */
export const connectionSchema = z.object({
  state: z.enum(['unknown', 'connected', 'unreachable']),
  since: z.number().int().nullable(),
  failure: failureSchema.nullable(),
})
export type Connection = z.infer<typeof connectionSchema>

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
  /** What lacks, lacks builds alone: an image that is there already can be deployed. */
  isOfBuilds: z.boolean().optional(),
})
export type Check = z.infer<typeof checkSchema>

/** `check`: null while it is under way. */
export const preflightEventSchema = z.object({
  name: z.string(),
  title: z.string(),
  check: checkSchema.nullable(),
})
export type PreflightEvent = z.infer<typeof preflightEventSchema>

/** Whether nothing of this kind can be deployed because of it. */
export const stops = (check: Pick<Check, 'result' | 'isOfBuilds'>, wish: { isImage: boolean }): boolean =>
  check.result === 'lack' && !(wish.isImage && check.isOfBuilds === true)

export const clusterRoles = ['owner', 'member'] as const

/** The host below the cluster's base domain; undefined where there is none. */
export const toHost = (
  name: string,
  { baseDomain }: Pick<ClusterSettings, 'baseDomain'>,
): string | undefined => (baseDomain === null ? undefined : `${name}.${baseDomain}`)
