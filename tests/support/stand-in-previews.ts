import type { PreviewSetting } from '../../shared/domain/preview.ts'
import type { Deployment } from '../../shared/domain/records.ts'

export const previewsAreOff: PreviewSetting = {
  ...{ isOn: false, place: 'ready', previews: [], without: [], trouble: null, lookedAt: null },
}

const address = 'https://github.com/ana/blog/pull'

/** On, with a preview, and a request that has none. */
export const standInPreviews = (deployments: readonly Deployment[]): PreviewSetting => ({
  ...previewsAreOff,
  isOn: true,
  lookedAt: Date.now(),
  previews: deployments.slice(0, 1).map(({ id, name }) => ({
    ...{ number: 12, title: 'Darker footer', url: `${address}/12`, isFork: false },
    ...{ deploymentId: id, deployment: name },
  })),
  without: [
    {
      number: 9,
      title: 'Try another font',
      url: `${address}/9`,
      why: 'A project has at most 3 previews. It gets one when another one ends.',
    },
  ],
})
