import type { AddOnList } from '../../shared/contract/add-ons.ts'
import type { Reader } from '../database/reader.ts'

/** Databases of the project that the deployment is of. */
export function listAddOns(reader: Reader, deploymentId: string): AddOnList {
  const row = reader.deploymentRow(deploymentId)
  return reader.deploymentsOf(row?.projectId ?? '').flatMap(one => {
    const addOn = reader.addOn(one.id)
    if (addOn === undefined) return []
    const attachments = reader.attachmentsOf(one.id)
    return {
      id: one.id,
      name: one.name,
      engine: addOn.engine,
      status: one.status,
      variables: attachments.flatMap(to => (to.id === deploymentId ? to.variable : [])),
      attached: [...new Set(attachments.map(to => to.name))],
    }
  })
}
