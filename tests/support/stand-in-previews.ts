import type { PreviewSetting } from '../../shared/domain/preview.ts'
import type { Deployment } from '../../shared/domain/records.ts'

export const previewsAreOff: PreviewSetting = {
  ...{ isOn: false, place: 'ready', previews: [], without: [], trouble: null, lookedAt: null },
}

/** On, with the previews that the stand-in has, and a request that has none. */
export const standInPreviews = (deployments: readonly Deployment[]): PreviewSetting => ({
  ...previewsAreOff,
  isOn: true,
  lookedAt: Date.now(),
  previews: deployments.flatMap(({ id, name, preview }) =>
    preview === null ? [] : [{ ...preview, deploymentId: id, deployment: name }],
  ),
  without: [
    {
      number: 9,
      title: 'Try another font',
      url: 'https://github.com/ana/blog/pull/9',
      why: 'A project has at most 3 previews. It gets one when another one ends.',
    },
  ],
})
