import { SlipwayError } from '../../shared/domain/failure.ts'
import type { Survey } from '../../shared/domain/survey.ts'
import type { Clusters } from '../clusters/clusters.ts'
import type { Reader } from '../database/reader.ts'

/** What a cluster, or this computer, has room for and what Slipway has there. */
export function createSurvey({
  reader,
  driver,
}: {
  reader: Pick<Reader, 'clusters'>
  driver: Pick<Clusters, 'survey'>
}) {
  return async (
    clusterId: string,
    { userId, signal }: { userId: string; signal: AbortSignal | undefined },
  ): Promise<Survey> => {
    const cluster = reader.clusters().find(one => one.id === clusterId)
    if (cluster === undefined) throw gone
    return driver.survey(userId, signal, cluster.kind === 'local' ? undefined : clusterId)
  }
}

const gone = new SlipwayError({
  code: 'not_found',
  message: 'There is no such cluster.',
  hint: 'slipway cluster list shows those that are there.',
})
