import { toHost } from '../../shared/domain/cluster.ts'
import type { Domain } from '../../shared/domain/domain.ts'
import { SlipwayError } from '../../shared/domain/failure.ts'
import { hasAddress } from '../../shared/domain/worker.ts'
import type { ClusterDriver } from '../clusters/driver.ts'
import type { Reader } from '../database/reader.ts'
import type { StoredDeployment } from '../database/rows.ts'
import type { Writer } from '../database/writer.ts'

/** The hosts that lead to deployments. The record comes first: a cluster that does not answer is told when it does. */
export function createDomains(deps: {
  reader: Reader
  writer: Writer
  driver: Pick<ClusterDriver, 'applyDomains' | 'observeDomains'>
  changed: (deploymentId: string) => void
}) {
  const { reader, writer, driver } = deps

  const find = (id: string): StoredDeployment => {
    const found = reader.deployment(id)
    if (found !== undefined && found.wanted !== 'removed') return found
    throw new SlipwayError({
      code: 'not_found',
      message: 'There is no such deployment.',
      hint: 'Go back to the board.',
    })
  }

  const record = (id: string, work: (deployment: StoredDeployment) => string, asker: string): void => {
    writer.transaction(() => {
      const deployment = find(id)
      const detail = work(deployment)
      writer.activity({
        user: asker,
        verb: 'changed',
        deploymentId: id,
        deployment: deployment.name,
        detail,
      })
    })
    deps.changed(id)
  }

  const takeAway = (id: string, host: string): string => {
    writer.removeDomain(id, host)
    return `${host} leads to it no more`
  }

  return {
    list: async (id: string): Promise<readonly Domain[]> =>
      hasAddress(find(id)) ? driver.observeDomains(id) : [],

    /** Refused, and not kept, where something else in the cluster has the host. */
    async add(id: string, host: string, asker: string): Promise<void> {
      const add = (deployment: StoredDeployment) => {
        if (deployment.cluster.kind === 'local') throw noAddress
        if (deployment.addOn !== null) throw noHttp
        if (deployment.isWorker) throw listensNowhere
        const holder = reader.deploymentOfHost(host) ?? findByOwnHost(reader, host)
        if (holder !== undefined) throw toTaken(host, holder)
        writer.addDomain(id, host)
        return `${host} leads to it`
      }
      record(id, add, asker)
      await driver.applyDomains(id).catch(error => {
        if (error instanceof SlipwayError && error.failure.code === 'name_taken')
          record(id, () => takeAway(id, host), asker)
        throw error
      })
    },

    async remove(id: string, host: string, asker: string): Promise<void> {
      const remove = () => {
        if (!reader.hostsOf(id).includes(host)) {
          throw new SlipwayError({
            code: 'not_found',
            message: `${host} does not lead to this deployment, or is the one that it has from the cluster.`,
            hint: 'slipway domain NAME lists those that do.',
          })
        }
        return takeAway(id, host)
      }
      record(id, remove, asker)
      await driver.applyDomains(id)
    },
  }
}

/** The deployment that has the host from its cluster's base domain. */
function findByOwnHost(reader: Reader, host: string): string | undefined {
  return reader.deployments().find(one => {
    const settings = reader.clusterSettings(one.cluster.id)
    return settings !== undefined && toHost(one.name, settings) === host
  })?.name
}

const noAddress = new SlipwayError({
  code: 'conflict',
  message: 'Apps on this computer have no public address.',
  hint: 'Deploy it to a cluster to give it a domain.',
})

const toTaken = (host: string, holder: string): SlipwayError =>
  new SlipwayError({
    code: 'name_taken',
    message: `${host} leads to ${holder} already.`,
    hint: 'Remove it there first.',
  })

const listensNowhere = new SlipwayError({
  code: 'conflict',
  message: 'A worker listens nowhere, so that no domain can lead to it.',
  hint: 'Say in its settings that it listens on a port, and deploy again.',
})

const noHttp = new SlipwayError({
  code: 'conflict',
  message: 'A database has no address on the web: only deployments of its owner reach it.',
  hint: 'Attach it to the app that uses it.',
})
