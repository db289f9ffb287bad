import type { V1Deployment } from '@kubernetes/client-node'
import { z } from 'zod'
import {
  type ClusterRecord,
  clusterRecordSchema,
  type ReleaseRecord,
  releaseRecordSchema,
} from '../../release-record.ts'
import { labels, tenantNamespace } from '../names.ts'

/** On the Deployment: what the database has of what it runs. */
export const recordAnnotation = 'slipway.dev/record'

const annotationSchema = z.object({ release: releaseRecordSchema, cluster: clusterRecordSchema })

export function toRecordAnnotation(
  release: ReleaseRecord | undefined,
  { registry, registryUser, baseDomain, ingressClass, issuer }: ClusterRecord,
): Record<string, string> {
  if (release === undefined) return {}
  const cluster = { registry, registryUser, baseDomain, ingressClass, issuer }
  return { [recordAnnotation]: JSON.stringify({ release, cluster }) }
}

/** Undefined for what does not fit where it lies: whoever may write in one namespace speaks for its user alone. */
export function readRecordAnnotation({
  metadata,
  spec,
}: V1Deployment): z.infer<typeof annotationSchema> | undefined {
  const parsed = annotationSchema.safeParse(toJson(metadata?.annotations?.[recordAnnotation]))
  if (!parsed.success) return undefined
  const { owner, deployment, release } = parsed.data.release
  const isOfHere =
    metadata?.namespace === tenantNamespace(owner.id) &&
    metadata.labels?.[labels.user] === owner.id &&
    metadata.labels[labels.deployment] === deployment.id &&
    spec?.template.metadata?.labels?.[labels.release] === release.id
  return isOfHere ? parsed.data : undefined
}

function toJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
