import type { V1PersistentVolume, V1StorageClass } from '@kubernetes/client-node'
import { isForbidden } from '../closed-addresses.ts'
import { labels } from '../names.ts'
import { toNumber } from '../quantity.ts'
import { isDefaultClass } from '../storage-class.ts'
import { count, type Finding, ok, type PreflightContext, warning } from './check-task.ts'

/** Builds do without it, only slower. */
export async function askBuildState({ api, settings }: PreflightContext): Promise<Finding> {
  if (!settings.keepsBuildState)
    return ok('As is set, nothing is kept between builds but the layers in the registry.')
  try {
    const [classes, volumes] = await Promise.all([
      api.list<V1StorageClass>('StorageClass', {}),
      api.list<V1PersistentVolume>('PersistentVolume', {}, { labels: labels.buildState }),
    ])
    const standard = classes.find(isDefaultClass)?.metadata?.name
    if (standard === undefined)
      return warning(
        'No StorageClass is the default, so nothing is kept between builds but the layers in the registry.',
        'Builds run all the same. Mark a class as the default to make them faster.',
      )
    const bytes = volumes.reduce((all, { spec }) => all + toNumber(spec?.capacity?.storage), 0)
    return ok(
      `What builds leave is kept in a volume of ${standard} for each user: ${count(volumes.length, 'volume')} now, ${Math.round(bytes / 1024 ** 3)} GiB.`,
    )
  } catch (error) {
    if (!isForbidden(error)) throw error
    return warning(
      'You have no rights to volumes, so nothing is kept between builds but the layers in the registry.',
      'Builds run all the same. The rights of an owner include them.',
    )
  }
}
