import { expect, test } from 'vitest'
import { type TrayCounts, type TrayDeployment, toTrayMenu, toTrayState, toTrayTooltip } from './tray-menu.ts'

const deployment = (name: string, status: TrayDeployment['status']): TrayDeployment => ({
  id: `id-${name}`,
  name,
  status,
  url: `http://${name}.localhost:7780`,
  addOn: null,
  isWorker: false,
})

const record = () => {
  const calls: unknown[][] = []
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      void calls.push([name, ...args])
  return {
    calls,
    actions: { openUrl: note('openUrl'), show: note('show'), deploy: note('deploy'), quit: note('quit') },
  }
}

/** Labels as a tree, those that cannot be chosen in parentheses, and every item chosen once. */
function chooseAll(deployments: readonly TrayDeployment[]) {
  const { calls, actions } = record()
  type Items = ReturnType<typeof toTrayMenu>
  const walk = (items: Items): unknown[] =>
    items.map(item => {
      item.click?.(undefined as never, undefined, undefined as never)
      const label = item.type === 'separator' ? '-' : item.label
      if (Array.isArray(item.submenu)) return [label, ...walk(item.submenu)]
      return item.enabled === false ? `(${label})` : label
    })
  return { tree: walk(toTrayMenu(deployments, actions)), calls }
}

test('every recent deployment can be opened, looked into and deployed again', () => {
  expect(chooseAll([deployment('blog', 'live'), deployment('shop', 'removing')])).toEqual({
    tree: [
      ['blog: Live', 'Open', 'Logs', 'Redeploy'],
      ['shop: Removing', '(Open)', 'Logs', '(Redeploy)'],
      '-',
      'Open Slipway',
      'Quit',
    ],
    calls: [
      ['openUrl', 'http://blog.localhost:7780'],
      ['show', '/deployments/id-blog/log'],
      ['deploy', 'id-blog'],
      ['openUrl', 'http://shop.localhost:7780'],
      ['show', '/deployments/id-shop/log'],
      ['deploy', 'id-shop'],
      ['show'],
      ['quit'],
    ],
  })
})

test('without deployments the menu has Slipway alone', () => {
  expect(chooseAll([]).tree).toEqual(['Open Slipway', 'Quit'])
})

test('the icon shows what asks for most attention, the tooltip counts', () => {
  const all: TrayCounts[] = [
    {},
    { live: 1, stopped: 2 },
    { live: 1, building: 1, queued: 2 },
    { live: 1, building: 1, failed: 1 },
  ]
  expect(all.map(counts => [toTrayState(counts), toTrayTooltip(counts)])).toEqual([
    ['idle', 'Slipway'],
    ['live', 'Slipway: 1 live'],
    ['busy', 'Slipway: 3 under way, 1 live'],
    ['failed', 'Slipway: 1 failed, 1 under way, 1 live'],
  ])
})
