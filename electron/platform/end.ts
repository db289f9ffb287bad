import type { ClusterDriver } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'

/** Stops the builds of this computer, and its apps that are not set to keep running. */
export async function stopWhatEndsWithSlipway(reader: Reader, driver: ClusterDriver): Promise<void> {
  const onThisComputer = reader.deployments().filter(one => one.cluster.kind === 'local')
  const stops = onThisComputer.flatMap(one => [
    ...reader
      .unfinishedBuilds(one.id)
      .filter(build => build.status === 'running')
      .map(build => driver.cancelBuild({ buildId: build.id, deploymentId: one.id })),
    // What crashed stays: the next start has to know how often, and what was given up.
    ...(one.keepsRunning ? [] : [driver.stop(one.id, instance => instance.state === 'exited')]),
  ])
  await Promise.all(stops)
}
